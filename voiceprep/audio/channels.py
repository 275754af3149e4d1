"""Channels, judged before they are mixed to one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

Channel = Literal["mean", "left", "right", "loudest"]

FULL_SCALE = 0.9995
# A run of full-scale samples this long is a clipped wave, a shorter one may be its peak.
CLIPPED_RUN = 3
# 40 dB under the loudest side, a side holds no speech.
SILENT_SIDE = 1e-4
# The mean is 10 dB under the loudest side where the sides are opposite in phase.
CANCELLED = 0.1


@dataclass(frozen=True)
class Survey:
    """What one pass over a sound tells: lengths, levels and damage.

    `means` and `powers` are per channel, `products` the mean products of every two channels.
    """

    frames: int
    peak: float
    means: np.ndarray
    products: np.ndarray
    not_finite: int = 0
    clipped: int = 0

    @property
    def powers(self) -> np.ndarray:
        """The power of each channel about its mean."""
        return np.clip(np.diag(self.products) - self.means**2, 0.0, None)


@dataclass(frozen=True)
class Mix:
    """How much of each channel goes into the one that is kept, and what there is to tell."""

    weights: np.ndarray
    warning: str = ""

    @property
    def single(self) -> bool:
        """Whether one channel is taken as it is."""
        return int(np.count_nonzero(self.weights)) == 1


def survey(blocks: Iterable[np.ndarray], channels: int) -> Survey:
    """Look once over a sound, given as blocks of shape (frames, channels)."""
    frames = not_finite = clipped = 0
    peak = 0.0
    sums, products = np.zeros(channels), np.zeros((channels, channels))
    for block in blocks:
        # Channels side by side in memory: several times as fast as sums across them.
        sides, bad = mend(np.ascontiguousarray(block.T))
        not_finite += bad
        frames += len(block)
        if len(block):
            block_peak = max(float(sides.max()), -float(sides.min()))
            peak = max(peak, block_peak)
            sums += sides.sum(axis=1)
            products += [[np.dot(one, other) for other in sides] for one in sides]
            if block_peak >= FULL_SCALE:
                clipped += sum(map(count_clipped, sides))
    count = max(frames, 1)
    return Survey(frames, peak, sums / count, products / count, not_finite, clipped)


def mend(block: np.ndarray) -> tuple[np.ndarray, int]:
    """The block with zeros for what is not finite, and how many samples that were."""
    finite = np.isfinite(block)
    bad = block.size - int(np.count_nonzero(finite))
    return (np.where(finite, block, np.float32(0.0)), bad) if bad else (block, 0)


def count_clipped(samples: np.ndarray) -> int:
    """How many samples of one channel lie in runs of full-scale samples of one sign."""
    total = 0
    for side in (samples >= FULL_SCALE, samples <= -FULL_SCALE):
        inside = side[CLIPPED_RUN - 1 :].copy()
        for shift in range(1, CLIPPED_RUN):
            inside &= side[CLIPPED_RUN - 1 - shift : len(side) - shift]
        total += int(np.count_nonzero(inside))
    return total


def choose_mix(seen: Survey, channel: Channel) -> Mix:
    """How to mix the channels of a surveyed sound.

    `left`, `right` and `loudest` take one side as asked. `mean` leaves silent sides out, and
    takes the loudest where the sides would cancel.
    """
    powers, count = seen.powers, len(seen.means)
    loudest = int(np.argmax(powers))
    if count == 1 or channel == "left":
        return _one(0, count)
    if channel == "right":
        return _one(1, count)
    if channel == "loudest":
        return _one(loudest, count)
    alive = powers > SILENT_SIDE * powers[loudest]
    if not alive.all() and powers[loudest] > 0:
        names = " and ".join(_side(index) for index in np.flatnonzero(~alive))
        weights = alive / np.count_nonzero(alive)
        kept = f"took the {_side(loudest)} alone" if weights.max() == 1 else "left out"
        return Mix(weights, f"the {names} is silent: {kept}")
    weights = np.full(count, 1 / count)
    power = weights @ (seen.products - np.outer(seen.means, seen.means)) @ weights
    if power < CANCELLED * powers[loudest]:
        side = _side(loudest)
        return Mix(_one(loudest, count).weights, f"the sides cancel: took the {side} alone")
    return Mix(weights)


def _one(index: int, count: int) -> Mix:
    weights = np.zeros(count)
    weights[min(index, count - 1)] = 1.0
    return Mix(weights)


def _side(index: int) -> str:
    return ("left side", "right side")[index] if index < 2 else f"channel {index + 1}"
