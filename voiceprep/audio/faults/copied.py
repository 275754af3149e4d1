"""A copy of a recording: at another level, trimmed and through an mp3."""

from io import BytesIO

import numpy as np
import soundfile

from ...errors import Unusable
from ...quality.fault import Fault
from ..sound import Sound
from .mp3 import RATES

LARGEST_GAIN_DB = 9.0


def copy(sound: Sound, seconds: float, random: np.random.Generator) -> Sound:
    """A copy of the sound with `seconds` cut off, distributed over both ends.

    Raises Unusable where nothing would be left, and for a rate without mp3.
    """
    if sound.rate not in RATES or sound.seconds <= seconds:
        raise Unusable(f"no copy is made of {sound.seconds:.1f} s at {sound.rate} Hz")
    first = round(float(random.uniform(0, seconds)) * sound.rate)
    last = len(sound.samples) - (round(seconds * sound.rate) - first)
    peak = float(np.abs(sound.samples).max(initial=1e-9))
    gain = min(10 ** (float(random.uniform(-1, 1)) * LARGEST_GAIN_DB / 20), 0.9 / peak)
    file = BytesIO()
    soundfile.write(file, gain * sound.samples[first:last], sound.rate, format="MP3")
    file.seek(0)
    samples, rate = soundfile.read(file, dtype="float32")
    return Sound(samples, rate)


FAULT = Fault(
    name="copied",
    inject=copy,
    sizes=(0.0, 0.3, 1.0),
    unit="s cut off",
    found_by=("copies",),
    joins=True,
)
