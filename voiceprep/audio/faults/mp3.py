"""Encoding as mp3 at a low bit rate, which removes high frequencies."""

import io

import numpy as np
import soundfile

from ...errors import Unusable
from ...quality.fault import Fault
from ..dither import settle
from ..sound import Sound

RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
# The lowest and highest constant bit rates of the encoder in kbit/s, from a sampling rate on.
KBITS = ((32000, 32, 320), (16000, 8, 160), (8000, 8, 64))

# libsndfile refuses the highest compression, 1, and gives the lowest bit rate from here on.
HIGHEST_LEVEL = 0.999

# Below this sampling rate LAME removes nothing: at 24 kbit/s it keeps 5.8 kHz.
LOWEST_RATE = 16000

# The delay of a layer III encoder and decoder, in samples.
DELAY = 576 + 529


def inject(sound: Sound, size: float, random: np.random.Generator) -> Sound:  # noqa: ARG001
    """Encoded at `size` kbit/s, decoded, and in 16 bits again.

    Raises Unusable for a sampling rate without mp3, and for one so low that LAME removes nothing.
    """
    if sound.rate < LOWEST_RATE:
        raise Unusable(f"an mp3 of {sound.rate} Hz keeps all frequencies")
    decoded, _ = soundfile.read(io.BytesIO(encode(sound, size)), dtype="float32")
    samples = np.zeros(len(sound.samples), np.float32)
    # Small frames have no room for the encoder's delay, and then the decoder does not remove it.
    kept = decoded[DELAY if len(decoded) >= len(samples) + DELAY else 0 :][: len(samples)]
    samples[: len(kept)] = kept
    return settle(Sound(np.clip(samples, -1, 1), sound.rate), 16)


def encode(sound: Sound, kbits: float) -> bytes:
    """An mp3 by LAME at the nearest constant bit rate.

    Raises Unusable for a sampling rate without mp3.
    """
    if sound.rate not in RATES:
        raise Unusable(f"mp3 has no rate of {sound.rate} Hz")
    lowest, highest = next(row[1:] for row in KBITS if sound.rate >= row[0])
    level = min(max((highest - kbits) / (highest - lowest), 0.0), HIGHEST_LEVEL)
    kind = {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "CONSTANT"}
    file = io.BytesIO()
    soundfile.write(file, sound.samples, sound.rate, compression_level=level, **kind)
    return file.getvalue()


FAULT = Fault("mp3", inject, (32.0, 24.0, 16.0), "kbit/s", ("upsampled",))
