"""An audio fingerprint that is robust to level, trimming and lossy encoding.

As Haitsma and Kalker (2002): every 12 ms one word of 32 bits, each bit the sign of the change in
time of the difference between two neighbouring bands. A word covers 0.37 s, so that a copy that is
cut elsewhere still has almost the same words.
"""

import numpy as np

from .features import AudioFeatures
from .quantiles import quantile

STEP_SECONDS, WIDTH_SECONDS = 0.0116, 0.37
LOWEST_HZ, HIGHEST_HZ, BITS = 300.0, 3400.0, 32
# Frames this far below the loud ones are not informative: their word is 0.
RANGE_DB = 35.0


def find_words(features: AudioFeatures) -> np.ndarray:
    """The words of a sound, uint32 (steps,), 0 where it is quiet.

    Raises Unusable for a sound shorter than half a frame.
    """
    energies = _energies(features)
    if len(energies) < 2:
        return np.zeros(0, np.uint32)
    levels = 10 * np.log10(energies + 1e-12)
    bits = np.diff(np.diff(levels, axis=1), axis=0) > 0
    words = np.packbits(bits, axis=1).view(">u4")[:, 0].astype(np.uint32)
    total = 10 * np.log10(energies.sum(axis=1)[1:] + 1e-12)
    return np.where(total > quantile(total, 0.95) - RANGE_DB, words, 0).astype(np.uint32)


def _energies(features: AudioFeatures) -> np.ndarray:
    """The energy of every band around every step, (steps, bands); the same at any rate."""
    bands = _weights(features) @ features.powers
    sums = np.pad(np.cumsum(bands, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    middles = np.arange(0, features.sound.seconds, STEP_SECONDS)
    edges = [
        np.clip((middles + side) / features.hop_seconds, 0, bands.shape[1] - 1e-9)
        for side in (-WIDTH_SECONDS / 2, WIDTH_SECONDS / 2)
    ]
    first, last = (_between(sums, place) for place in edges)
    energies: np.ndarray = np.maximum(last - first, 0).T
    return energies


def _between(sums: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Running sums at places between their columns."""
    index = places.astype(int)
    part = places - index
    values: np.ndarray = sums[:, index] * (1 - part) + sums[:, index + 1] * part
    return values


def _weights(features: AudioFeatures) -> np.ndarray:
    """The share of each bin in each band, float32 (bands, bins)."""
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BITS + 2) / features.bin_hz
    bins = np.arange(len(features.powers))
    covered = np.clip(edges[:, None] - (bins - 0.5), 0, 1)
    return np.diff(covered, axis=0).astype(np.float32)
