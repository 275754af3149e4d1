"""A fingerprint of a sound, that stays when it is turned up, trimmed or made an mp3.

As Haitsma and Kalker (2002): every 12 ms one word of 32 bits, each bit the sign of how the step
from one band to the next changed since the word before. A word looks at 0.37 s, so that a copy
that is cut elsewhere still gives almost the same words.
"""

import numpy as np

from .hearing import Hearing

STEP_SECONDS, WIDTH_SECONDS = 0.0116, 0.37
LOWEST_HZ, HIGHEST_HZ, BITS = 300.0, 3400.0, 32
# What is so far below the loud moments says nothing: its word is 0.
RANGE_DB = 35.0


def find_words(hearing: Hearing) -> np.ndarray:
    """The words of a sound, uint32 (steps,), 0 where it is quiet.

    Raises Unusable for a sound shorter than half a frame.
    """
    energies = _energies(hearing)
    if len(energies) < 2:
        return np.zeros(0, np.uint32)
    levels = 10 * np.log10(energies + 1e-12)
    bits = np.diff(np.diff(levels, axis=1), axis=0) > 0
    words = np.packbits(bits, axis=1).view(">u4")[:, 0].astype(np.uint32)
    total = 10 * np.log10(energies.sum(axis=1)[1:] + 1e-12)
    return np.where(total > np.percentile(total, 95) - RANGE_DB, words, 0).astype(np.uint32)


def _energies(hearing: Hearing) -> np.ndarray:
    """The energy of every band around every step, (steps, bands); the same at any rate."""
    bands = _weights(hearing) @ hearing.powers
    sums = np.pad(np.cumsum(bands, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    middles = np.arange(0, hearing.sound.seconds, STEP_SECONDS)
    edges = [
        np.clip((middles + side) / hearing.hop_seconds, 0, bands.shape[1] - 1e-9)
        for side in (-WIDTH_SECONDS / 2, WIDTH_SECONDS / 2)
    ]
    first, last = (_between(sums, place) for place in edges)
    return np.maximum(last - first, 0).T


def _between(sums: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Running sums at places between their columns."""
    whole = places.astype(int)
    part = places - whole
    return sums[:, whole] * (1 - part) + sums[:, whole + 1] * part


def _weights(hearing: Hearing) -> np.ndarray:
    """How much of each bin lies in each of the bands, float32 (bands, bins)."""
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BITS + 2) / hearing.bin_hz
    bins = np.arange(len(hearing.powers))
    covered = np.clip(edges[:, None] - (bins - 0.5), 0, 1)
    return np.diff(covered, axis=0).astype(np.float32)
