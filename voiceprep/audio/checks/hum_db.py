"""Mains hum: lines at 50 or 60 Hz and at multiples of it that stand still all through a sound.

A voice moves and pauses, the mains do neither. Every moment is weighted by how quiet it is, as is
best for a steady tone in noise that swells and fades, so that pauses count most. Stretches of four
seconds then show a line as wide as a fraction of a hertz, where the pitch of a low voice is
smeared over many.
"""

import numpy as np
import soxr

from ...check import Check, Reading
from ..hearing import Hearing

MAINS_HZ = (50.0, 60.0)
# How far the mains and the clock of a recorder may stray together, as a share.
STRAY, STEPS = 0.004, 33
# What is looked at, and the rate that holds it.
HIGHEST_HZ, RATE = 1000.0, 2400
STRETCH_SECONDS, SHORTEST_SECONDS = 4.0, 0.8
# Levels are taken over this time; quieter than so far under the mean, nothing counts more.
LEVEL_SECONDS, DEEPEST_DB = 0.05, 60.0
# What is slower than this moves the samples off zero, and is no hum.
DRIFT_SECONDS = 0.04
# The neighbourhood of a line, on either side of it, and how many lines are looked for.
NEAR_HZ, LINES = (3.0, 20.0), 6
# More than this, no line counts: a lone tone is no hum, however loud.
HIGHEST_DB = 18.0
TINY = 1e-30


def read_hum(hearing: Hearing) -> Reading | None:
    """How far the lines of the mains stand over what is beside them, in dB, 0 at least.

    It is the mean of the six strongest, so that no single tone passes for hum. None for a sound
    of less than 0.8 s, of nothing but zeros, or with samples that are no numbers.
    """
    sound = hearing.sound
    if hearing.broken or sound.seconds < SHORTEST_SECONDS or not np.any(sound.samples):
        return None
    powers = _powers(hearing)
    height, mains = max((_height(powers, mains), mains) for mains in MAINS_HZ)
    return Reading(height, f"{mains:.0f} Hz and its multiples stand out by {height:.0f} dB")


def _powers(hearing: Hearing) -> np.ndarray:
    """The power spectrum of the sound, quiet moments as strong as loud ones; bins 0.25 Hz apart."""
    from scipy.ndimage import uniform_filter1d

    low = soxr.resample(hearing.sound.samples, hearing.sound.rate, RATE, quality="MQ")
    low = low.astype(np.float64)
    low -= uniform_filter1d(low, round(DRIFT_SECONDS * RATE), mode="nearest")
    level = uniform_filter1d(np.square(low), round(LEVEL_SECONDS * RATE), mode="nearest")
    level = np.maximum(level, 0) + 10 ** (-DEEPEST_DB / 10) * np.mean(level)
    size = round(STRETCH_SECONDS * RATE)
    last = max(len(low) - size, 0)
    starts = np.unique(np.linspace(0, last, 1 + -(-last // (size // 2))).astype(int))
    total = np.zeros(size // 2 + 1)
    for start in starts:
        part, around = low[start : start + size], level[start : start + size]
        window = np.hanning(len(part)) / around
        total += np.square(np.abs(np.fft.rfft(part * window, size))) / np.sum(window**2 * around)
    return total / len(starts)


def _height(powers: np.ndarray, mains: float) -> float:
    """The strongest lines over their neighbourhood, in dB, for the best place of the mains."""
    numbers = np.arange(1, int(HIGHEST_HZ / mains) + 1)
    bases = mains * (1 + np.linspace(-STRAY, STRAY, STEPS))
    lines = powers[np.rint(STRETCH_SECONDS * numbers[:, None] * bases).astype(int)]
    near = np.arange(*np.rint(np.multiply(NEAR_HZ, STRETCH_SECONDS)).astype(int))
    middles = np.rint(STRETCH_SECONDS * numbers * mains).astype(int)[:, None]
    beside = np.median(powers[np.hstack((middles - near, middles + near))], axis=1)
    heights = 10 * np.log10(np.maximum(lines, TINY) / np.maximum(beside, TINY)[:, None])
    heights = np.minimum(heights, HIGHEST_DB)
    return max(float(np.sort(heights, axis=0)[-LINES:].mean(axis=0).max()), 0.0)


CHECK = Check(
    name="hum_db",
    reads="sound",
    measure=read_hum,
    limit=8.0,
    unit="dB over the neighbourhood",
    advice="`voiceprep denoise` takes steady hum out; look for a ground loop or a power supply "
    "near the microphone",
    mend="dehum",
)
