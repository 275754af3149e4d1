"""The DC offset of a sound from the means of short pieces, and its removal beside digital silence.

The waves of a voice are asymmetric, so that the mean of speech is not zero: a recorder's offset
shows in the pauses.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

import numpy as np

from .quantiles import quantile

PIECE_SECONDS = 0.05
# The share of pieces that counts as pauses, where they are as far below the loud ones.
QUIETEST, UNDER_DB = 0.2, 15.0
# A run of zeros this long is digital silence, which no recorder has offset.
SILENCE_SECONDS = 0.002


class Pieces:
    """The mean and the variance of every piece of a sound's channels, streamed in blocks."""

    def __init__(self, channels: int, rate: int):
        self._size = max(round(PIECE_SECONDS * rate), 1)
        self._sums, self._squares = [np.empty((channels, 0))], [np.empty((channels, 0))]
        self._counts = [np.empty(0)]

    def add(self, sides: np.ndarray) -> None:
        """Measure a block of shape (channels, frames), which is not empty."""
        starts = np.arange(0, sides.shape[1], self._size)
        self._sums.append(np.add.reduceat(sides, starts, axis=1))
        self._squares.append(np.add.reduceat(np.square(sides), starts, axis=1))
        self._counts.append(np.diff(starts, append=sides.shape[1]))

    def silent_shares(self) -> np.ndarray:
        """The share of each channel that is digital silence, piece by piece."""
        _, squares, counts = self._all()
        shares: np.ndarray = (squares == 0) @ counts / max(counts.sum(), 1)
        return shares

    def pause_means(self) -> np.ndarray:
        """The median of each channel in its pauses, NaN in one without."""
        sums, squares, counts = self._all()
        channels = zip(sums, squares, strict=True)
        return np.array([_pause_mean(*channel, counts) for channel in channels])

    def _all(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return (
            np.concatenate(self._sums, 1),
            np.concatenate(self._squares, 1),
            np.concatenate(self._counts),
        )


def _pause_mean(sums: np.ndarray, squares: np.ndarray, counts: np.ndarray) -> float:
    """The median of the pieces of one channel that are pauses, NaN where none are."""
    sounding = squares > 0
    if not sounding.any():
        return np.nan
    means = sums[sounding] / counts[sounding]
    powers = squares[sounding] / counts[sounding] - means**2
    quiet = np.argsort(powers, kind="stable")[: int(np.ceil(QUIETEST * len(powers)))]
    loud = float(quantile(powers, 0.95))
    if powers[quiet[-1]] > 10 ** (-UNDER_DB / 10) * loud:
        return np.nan
    return float(quantile(means[quiet], 0.5))


def without_offset(blocks: Iterable[np.ndarray], offset: float, rate: int) -> Iterator[np.ndarray]:
    """Blocks of one channel less an offset; digital silence stays zero."""
    shortest, before = max(round(SILENCE_SECONDS * rate), 2), 0
    for block, after in pairwise(chain(blocks, [np.empty(0, np.float32)])):
        near = np.concatenate([np.zeros(before, block.dtype), block, after[:shortest]])
        silent = _runs_of_zeros(near, shortest)[before : before + len(block)]
        yield np.where(silent, np.float32(0.0), block - np.float32(offset))
        sounds = np.flatnonzero(near[: before + len(block)])
        zeros = before + len(block) - (sounds[-1] + 1 if len(sounds) else 0)
        before = min(zeros, shortest)


def _runs_of_zeros(samples: np.ndarray, shortest: int) -> np.ndarray:
    """Which samples lie in a run of at least `shortest` zeros."""
    edges = np.flatnonzero(np.diff(samples == 0, prepend=False, append=False)).reshape(-1, 2)
    inside = np.zeros(len(samples) + 1, np.int8)
    long = edges[edges[:, 1] - edges[:, 0] >= shortest]
    inside[long[:, 0]], inside[long[:, 1]] = 1, -1
    return np.cumsum(inside[:-1], dtype=np.int8).astype(bool)
