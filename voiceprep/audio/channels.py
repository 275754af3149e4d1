"""Channels, judged before they are mixed to one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

Channel = Literal["mean", "left", "right", "loudest"]

FULL_SCALE = 0.9999
# A run of full-scale samples this long is a clipped wave, a shorter one may be its peak.
CLIPPED_RUN = 3
# Decoders of lossy codecs swing this far over a clipped wave; beyond it are floats with headroom.
OVERSHOOT = 1.4
# Floats scaled like whole numbers of 32 bits are the largest that can be meant as sound.
LARGEST = 2.0**32
# 40 dB under the loudest side, a side holds no speech.
SILENT_SIDE = 1e-4
# The mean is 10 dB under the loudest side where the sides are opposite in phase.
CANCELLED = 0.1


@dataclass(frozen=True)
class Survey:
    """What one pass over a sound tells: lengths, levels and damage.

    `lows`, `highs`, `means` and `powers` are per channel, `products` the mean products of every
    two channels.
    """

    frames: int
    lows: np.ndarray
    highs: np.ndarray
    means: np.ndarray
    products: np.ndarray
    not_finite: int = 0
    clipped: int = 0

    @property
    def peak(self) -> float:
        """The largest value of any channel, its sign left out."""
        return max(float(self.highs.max()), -float(self.lows.min()))

    @property
    def powers(self) -> np.ndarray:
        """The power of each channel about its mean."""
        return np.clip(np.diag(self.products) - self.means**2, 0.0, None)

    @property
    def alike(self) -> bool:
        """Whether all channels hold the same sound."""
        return bool(np.all(self.products == self.products[0, 0]) and np.ptp(self.means) == 0)


@dataclass(frozen=True)
class Mix:
    """How much of each channel goes into the one that is kept, and what there is to tell."""

    weights: np.ndarray
    trouble: str = ""
    remedy: str = ""

    @property
    def warning(self) -> str:
        """What is wrong with the channels and what was done about it; empty where nothing is."""
        return f"{self.trouble}: {self.remedy}" if self.trouble else ""

    @property
    def single(self) -> bool:
        """Whether one channel is taken as it is."""
        return int(np.count_nonzero(self.weights)) == 1


class Surveyor:
    """Looks at blocks of shape (frames, channels) while they pass on their way elsewhere."""

    def __init__(self, channels: int):
        self.frames = self.not_finite = self.clipped = 0
        self.lows, self.highs = np.full(channels, np.inf), np.full(channels, -np.inf)
        self.sums, self.products = np.zeros(channels), np.zeros((channels, channels))
        self._room = np.empty((channels, 0), np.float32)

    def passing(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The blocks, each looked at and mended before it is handed on."""
        for block in blocks:
            if len(block):
                yield self.look(block)

    def look(self, block: np.ndarray) -> np.ndarray:
        """Add one block, which is not empty, to what was seen; the block, mended."""
        # Channels side by side in memory: several times as fast as sums across them.
        if len(block) > self._room.shape[1]:
            self._room = np.empty((block.shape[1], len(block)), np.float32)
        sides = self._room[:, : len(block)]
        np.copyto(sides, block.T)
        sides, bad = mend(sides)
        low, high = sides.min(axis=1), sides.max(axis=1)
        self.lows, self.highs = np.minimum(self.lows, low), np.maximum(self.highs, high)
        self.sums += sides.sum(axis=1)
        self.products += [[np.dot(one, other) for other in sides] for one in sides]
        if max(high.max(), -low.min()) >= FULL_SCALE:
            self.clipped += sum(map(count_clipped, sides))
        self.not_finite += bad
        self.frames += len(block)
        return sides.T if bad else block

    def survey(self) -> Survey:
        """What was seen so far."""
        count = max(self.frames, 1)
        means, products = self.sums / count, self.products / count
        seen = Survey(
            self.frames, self.lows, self.highs, means, products, self.not_finite, self.clipped
        )
        return seen if seen.peak <= OVERSHOOT else replace(seen, clipped=0)


def survey(blocks: Iterable[np.ndarray], channels: int) -> Survey:
    """Look once over a sound, given as blocks of shape (frames, channels)."""
    surveyor = Surveyor(channels)
    for _ in surveyor.passing(blocks):
        pass
    return surveyor.survey()


def mend(block: np.ndarray) -> tuple[np.ndarray, int]:
    """The block with zeros for what is no number or absurdly large, and how many those were."""
    # The least and the largest value are NaN where one is, and NaN lies below nothing.
    if not block.size or (block.min() >= -LARGEST and block.max() <= LARGEST):
        return block, 0
    sound = np.abs(block) <= LARGEST
    return np.where(sound, block, np.float32(0.0)), block.size - int(np.count_nonzero(sound))


def count_clipped(samples: np.ndarray) -> int:
    """How many samples of one channel lie in runs of full-scale samples of one sign."""
    total = 0
    for side in (samples >= FULL_SCALE, samples <= -FULL_SCALE):
        edges = np.flatnonzero(np.diff(side, prepend=False, append=False))
        runs = edges[1::2] - edges[::2]
        total += int(runs[runs >= CLIPPED_RUN].sum())
    return total


def usual_mix(channels: int, channel: Channel) -> Mix:
    """The mix of a sound whose channels are all well, before it is known whether they are."""
    if channel == "mean":
        return Mix(np.full(channels, 1 / channels))
    return _one(int(channel == "right"), channels)


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
        silent = [_side(index) for index in np.flatnonzero(~alive)]
        trouble = f"{' and '.join(silent)} {'is' if len(silent) == 1 else 'are'} silent"
        weights = alive / np.count_nonzero(alive)
        kept = f"took {_side(loudest)} alone" if weights.max() == 1 else "left out"
        return Mix(weights, trouble, kept)
    weights = np.full(count, 1 / count)
    power = weights @ (seen.products - np.outer(seen.means, seen.means)) @ weights
    if power < CANCELLED * powers[loudest]:
        kept = f"took {_side(loudest)} alone"
        return Mix(_one(loudest, count).weights, "the sides cancel", kept)
    return Mix(weights)


def _one(index: int, count: int) -> Mix:
    weights = np.zeros(count)
    weights[min(index, count - 1)] = 1.0
    return Mix(weights)


def _side(index: int) -> str:
    return ("the left side", "the right side")[index] if index < 2 else f"channel {index + 1}"
