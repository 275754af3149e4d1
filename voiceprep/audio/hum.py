"""Detection of mains hum: steady harmonics of 50 or 60 Hz.

A voice changes and pauses, hum does neither. Every sample is weighted by how quiet its surroundings
are, which is optimal for a steady tone in noise of varying level, so that pauses count most. In
windows of four seconds hum is a line a fraction of a hertz wide, where the pitch of a low voice is
smeared over many.
"""

from dataclasses import dataclass

import numpy as np
import soxr

from .sound import Sound

MAINS_HZ = (50.0, 60.0)
# The largest deviation of mains frequency and recorder clock together, as a share.
STRAY, STEPS = 0.004, 33
# The highest frequency that is analysed, and the sampling rate for it.
HIGHEST_HZ, RATE = 1000.0, 2400
STRETCH_SECONDS, SHORTEST_SECONDS = 4.0, 0.8
# The averaging time of levels, and how far below the mean the weight still rises.
LEVEL_SECONDS, DEEPEST_DB = 0.05, 60.0
# Slower changes are drift, not hum.
DRIFT_SECONDS = 0.04
# The neighbourhood on either side of a line, and the number of lines that count.
NEAR_HZ, LINES = (3.0, 20.0), 6
# The most that one line counts: a single tone is not hum, however loud. Loud hum is near it at many
# base frequencies: the one with the highest lines without this limit is taken.
HIGHEST_DB, NEARLY_DB = 18.0, 1.0
TINY = 1e-30


@dataclass(frozen=True)
class Hum:
    """The mains harmonics of a sound.

    `height_db` is the mean height of the six strongest over their neighbourhood, at least 0.
    `base_hz` is the detected frequency near `mains_hz`; `heights_db` are the heights of its
    harmonics in order, up to 1000 Hz.
    """

    height_db: float
    mains_hz: float
    base_hz: float
    heights_db: tuple[float, ...]


def find_hum(sound: Sound) -> Hum | None:
    """The hum of a sound of finite samples; None for less than 0.8 s, or all zeros."""
    if sound.seconds < SHORTEST_SECONDS or not np.any(sound.samples):
        return None
    return search(*levels(lower(sound)))


def search(low: np.ndarray, level: np.ndarray) -> Hum:
    """The hum of samples at 2400 Hz without drift, given the power around each of them."""
    powers = _powers(low, level)
    found = [_heights(powers, mains) for mains in MAINS_HZ]
    capped = [_strongest(np.minimum(heights, HIGHEST_DB)) for heights in found]
    scores, free = np.concatenate(capped), np.concatenate([_strongest(one) for one in found])
    close = scores >= scores.max() - NEARLY_DB
    turn, place = divmod(int(np.argmax(np.where(close, free, -np.inf))), STEPS)
    heights = tuple(found[turn][place].tolist())
    mains = MAINS_HZ[turn]
    return Hum(max(float(scores.max()), 0.0), mains, float(bases(mains)[place]), heights)


def bases(mains: float) -> np.ndarray:
    """The frequencies that the mains may have."""
    found: np.ndarray = mains * (1 + np.linspace(-STRAY, STRAY, STEPS))
    return found


def lower(sound: Sound) -> np.ndarray:
    """The samples resampled to 2400 Hz, float64."""
    low: np.ndarray = soxr.resample(sound.samples, sound.rate, RATE, quality="MQ")
    return low.astype(np.float64)


def levels(low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Samples at 2400 Hz without drift, and the power around each, not far below the mean."""
    low, power = local_powers(low)
    return low, power + 10 ** (-DEEPEST_DB / 10) * np.mean(power)


def local_powers(low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Samples at 2400 Hz without drift, and the power around each of them."""
    from scipy.ndimage import uniform_filter1d

    low = low - uniform_filter1d(low, round(DRIFT_SECONDS * RATE), mode="nearest")
    power = uniform_filter1d(np.square(low), round(LEVEL_SECONDS * RATE), mode="nearest")
    return low, np.maximum(power, 0)


def _powers(low: np.ndarray, level: np.ndarray) -> np.ndarray:
    """The level-normalised power spectrum, with bins of 0.25 Hz."""
    size = round(STRETCH_SECONDS * RATE)
    last = max(len(low) - size, 0)
    starts = np.unique(np.linspace(0, last, 1 + -(-last // (size // 2))).astype(int))
    total = np.zeros(size // 2 + 1)
    for start in starts:
        part, around = low[start : start + size], level[start : start + size]
        window = np.hanning(len(part)) / around
        total += np.square(np.abs(np.fft.rfft(part * window, size))) / np.sum(window**2 * around)
    return total / len(starts)


def _heights(powers: np.ndarray, mains: float) -> np.ndarray:
    """The heights of the harmonics over their neighbourhood in dB, (frequencies, harmonics)."""
    numbers = np.arange(1, int(HIGHEST_HZ / mains) + 1)
    lines = powers[np.rint(STRETCH_SECONDS * numbers * bases(mains)[:, None]).astype(int)]
    near = np.arange(*np.rint(np.multiply(NEAR_HZ, STRETCH_SECONDS)).astype(int))
    middles = np.rint(STRETCH_SECONDS * numbers * mains).astype(int)[:, None]
    beside = np.median(powers[np.hstack((middles - near, middles + near))], axis=1)
    heights: np.ndarray = 10 * np.log10(np.maximum(lines, TINY) / np.maximum(beside, TINY))
    return heights


def _strongest(heights: np.ndarray) -> np.ndarray:
    """The mean of the strongest harmonics, (frequencies,)."""
    means: np.ndarray = np.sort(heights, axis=1)[:, -LINES:].mean(axis=1)
    return means
