"""Mains hum found: lines at 50 or 60 Hz and at multiples of it that stand still all through.

A voice moves and pauses, the mains do neither. Every moment is weighted by how quiet it is, as is
best for a steady tone in noise that swells and fades, so that pauses count most. Stretches of four
seconds then show a line as wide as a fraction of a hertz, where the pitch of a low voice is
smeared over many.
"""

from dataclasses import dataclass, replace

import numpy as np
import soxr

from .sound import Sound

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
# More than this, no line counts: a lone tone is no hum, however loud. Loud hum comes near it at
# many places, and lies where its lines are the highest, all of them counted.
HIGHEST_DB, NEARLY_DB = 18.0, 1.0
TINY = 1e-30


@dataclass(frozen=True)
class Hum:
    """The lines of the mains in a sound.

    `height_db` is how far the six strongest stand over what is beside them, their mean, 0 at
    least. `base_hz` is where the mains were found, near `mains_hz`; `heights_db` are those of
    its multiples, the first first, up to 1000 Hz.
    """

    height_db: float
    mains_hz: float
    base_hz: float
    heights_db: tuple[float, ...]


def find_hum(sound: Sound) -> Hum | None:
    """The hum of a sound whose samples are numbers; None for less than 0.8 s, or all zeros."""
    if sound.seconds < SHORTEST_SECONDS or not np.any(sound.samples):
        return None
    powers = _powers(sound)
    places = [place for mains in MAINS_HZ for place in _places(powers, mains)]
    height = max(place.height_db for place in places)
    close = [place for place in places if place.height_db >= height - NEARLY_DB]
    found = max(close, key=lambda place: _strongest(np.array(place.heights_db)))
    return replace(found, height_db=max(height, 0.0))


def lower(sound: Sound) -> np.ndarray:
    """The samples at 2400 a second, float64."""
    return soxr.resample(sound.samples, sound.rate, RATE, quality="MQ").astype(np.float64)


def levels(low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Samples of 2400 a second without their drift, and their power around each moment."""
    from scipy.ndimage import uniform_filter1d

    low = low - uniform_filter1d(low, round(DRIFT_SECONDS * RATE), mode="nearest")
    level = uniform_filter1d(np.square(low), round(LEVEL_SECONDS * RATE), mode="nearest")
    return low, np.maximum(level, 0) + 10 ** (-DEEPEST_DB / 10) * np.mean(level)


def _powers(sound: Sound) -> np.ndarray:
    """The power spectrum of the sound, quiet moments as strong as loud ones; bins 0.25 Hz apart."""
    low, level = levels(lower(sound))
    size = round(STRETCH_SECONDS * RATE)
    last = max(len(low) - size, 0)
    starts = np.unique(np.linspace(0, last, 1 + -(-last // (size // 2))).astype(int))
    total = np.zeros(size // 2 + 1)
    for start in starts:
        part, around = low[start : start + size], level[start : start + size]
        window = np.hanning(len(part)) / around
        total += np.square(np.abs(np.fft.rfft(part * window, size))) / np.sum(window**2 * around)
    return total / len(starts)


def _places(powers: np.ndarray, mains: float) -> list[Hum]:
    """The lines over their neighbourhood wherever the mains may be."""
    numbers = np.arange(1, int(HIGHEST_HZ / mains) + 1)
    bases = mains * (1 + np.linspace(-STRAY, STRAY, STEPS))
    lines = powers[np.rint(STRETCH_SECONDS * numbers[:, None] * bases).astype(int)]
    near = np.arange(*np.rint(np.multiply(NEAR_HZ, STRETCH_SECONDS)).astype(int))
    middles = np.rint(STRETCH_SECONDS * numbers * mains).astype(int)[:, None]
    beside = np.median(powers[np.hstack((middles - near, middles + near))], axis=1)
    heights = 10 * np.log10(np.maximum(lines, TINY) / np.maximum(beside, TINY)[:, None])
    return [
        Hum(_strongest(np.minimum(own, HIGHEST_DB)), mains, float(base), tuple(own.tolist()))
        for base, own in zip(bases, heights.T, strict=True)
    ]


def _strongest(heights: np.ndarray) -> float:
    return float(np.sort(heights)[-LINES:].mean())
