"""A trip through an mp3 of a low bit rate, whose encoder leaves the highest sounds out."""

import io

import numpy as np
import soundfile

from ...errors import Unusable
from ...fault import Fault
from ..dither import settle
from ..sound import Sound

RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
# The constant bit rates of an encoder at its lowest and highest, in kbit/s, from a rate in Hz on.
KBITS = ((32000, 32, 320), (16000, 8, 160), (8000, 8, 64))

# What an encoder and a decoder of layer III add before a sound, in samples.
DELAY = 576 + 529


def inject(sound: Sound, size: float, random: np.random.Generator) -> Sound:  # noqa: ARG001
    """Encoded at `size` kbit/s, decoded, and in 16 bits again; raises Unusable, see `encode`."""
    decoded, _ = soundfile.read(io.BytesIO(encode(sound, size)), dtype="float32")
    whole = np.zeros(len(sound.samples), np.float32)
    # Frames of few bits have no room to tell the delay of the encoder, and the decoder keeps it.
    kept = decoded[DELAY if len(decoded) >= len(whole) + DELAY else 0 :][: len(whole)]
    whole[: len(kept)] = kept
    return settle(Sound(np.clip(whole, -1, 1), sound.rate), 16)


def encode(sound: Sound, kbits: float) -> bytes:
    """An mp3 by LAME of a constant bit rate, the nearest there is.

    Raises Unusable for a rate that no mp3 has.
    """
    if sound.rate not in RATES:
        raise Unusable(f"no mp3 has {sound.rate} Hz")
    lowest, highest = next(row[1:] for row in KBITS if sound.rate >= row[0])
    level = min(max((highest - kbits) / (highest - lowest), 0.0), 1.0)
    kind = {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "CONSTANT"}
    file = io.BytesIO()
    soundfile.write(file, sound.samples, sound.rate, compression_level=level, **kind)
    return file.getvalue()


FAULT = Fault("mp3", inject, (32.0, 24.0, 16.0), "kbit/s", ("upsampled",))
