"""Mains hum: 50 or 60 Hz and harmonics, as of cables and power supplies."""

import numpy as np

from ...quality.fault import Fault
from ..features import AudioFeatures
from ..levels import speech_db
from ..sound import Sound

MAINS_HZ = (50.0, 60.0)
# The largest deviation of the mains, as a share; European grids keep within 0.2 Hz.
DRIFT = 0.003
HARMONICS = 10
# The mean and the standard deviation of the level of harmonics, for each step up.
SLOPE_DB, SCATTER_DB = 3.0, 4.0


def inject(sound: Sound, size: float, random: np.random.Generator) -> Sound:
    """With hum `size` dB below the speech, or below the mean level where none is found."""
    level = speech_db(AudioFeatures(sound))
    if level is None:
        level = 10 * float(np.log10(np.mean(np.square(sound.samples)) + 1e-20))
    base = random.choice(MAINS_HZ) * (1 + DRIFT * random.uniform(-1, 1))
    time = np.arange(len(sound.samples)) / sound.rate
    hum = np.zeros(len(time))
    for number in range(1, HARMONICS + 1):
        strength = 10 ** ((-SLOPE_DB * number + random.normal(0, SCATTER_DB)) / 20)
        hum += strength * np.sin(2 * np.pi * (base * number * time + random.random()))
    hum *= 10 ** ((level - size) / 20) / np.std(hum)
    return Sound(np.clip(sound.samples + hum, -1, 1).astype(np.float32), sound.rate)


FAULT = Fault("hum", inject, (40.0, 30.0, 20.0), "dB under the speech", ("hum_db",))
