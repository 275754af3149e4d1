"""The channels of a recording, measured before they are mixed to one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

Channel = Literal["mean", "left", "right", "loudest"]

FULL_SCALE = 0.9999
# A run of full-scale samples this long is clipping, a shorter one may be a peak.
CLIPPED_RUN = 3
# Lossy decoders overshoot a clipped wave by this much; beyond it are floats with headroom.
OVERSHOOT = 1.4
# Floats scaled like 32-bit integers are the largest that can be intended as sound.
LARGEST = 2.0**32
# A channel 40 dB below the loudest holds no speech.
SILENT_CHANNEL = 1e-4
# The mean is 10 dB below the loudest channel where channels are opposite in phase.
CANCELLED = 0.1


@dataclass(frozen=True)
class Survey:
    """The measurements of one pass over a sound: length, levels and damage.

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
        """The largest absolute value of any channel."""
        return max(float(self.highs.max()), -float(self.lows.min()))

    @property
    def powers(self) -> np.ndarray:
        """The power of each channel about its mean."""
        powers: np.ndarray = np.clip(np.diag(self.products) - self.means**2, 0.0, None)
        return powers

    @property
    def alike(self) -> bool:
        """Whether all channels hold the same sound."""
        return bool(np.all(self.products == self.products[0, 0]) and np.ptp(self.means) == 0)


@dataclass(frozen=True)
class Mix:
    """The weight of each channel in the mix, and a problem of the channels, if any."""

    weights: np.ndarray
    trouble: str = ""
    remedy: str = ""

    @property
    def warning(self) -> str:
        """The problem of the channels and what was done about it; empty where there is none."""
        return f"{self.trouble}: {self.remedy}" if self.trouble else ""

    @property
    def single(self) -> bool:
        """Whether a single channel is used unchanged."""
        return int(np.count_nonzero(self.weights)) == 1


class Surveyor:
    """Measures blocks of shape (frames, channels) as they are streamed elsewhere."""

    def __init__(self, channels: int):
        self.frames = self.not_finite = self.clipped = 0
        self.lows, self.highs = np.full(channels, np.inf), np.full(channels, -np.inf)
        self.sums, self.products = np.zeros(channels), np.zeros((channels, channels))
        self._room = np.empty((channels, 0), np.float32)

    def stream(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The blocks, each measured and with invalid samples replaced."""
        for block in blocks:
            if len(block):
                yield self.add(block)

    def add(self, block: np.ndarray) -> np.ndarray:
        """Measure one block, which is not empty; the block with invalid samples replaced."""
        # With the samples of a channel contiguous, sums are several times as fast.
        if len(block) > self._room.shape[1]:
            self._room = np.empty((block.shape[1], len(block)), np.float32)
        sides = self._room[:, : len(block)]
        np.copyto(sides, block.T)
        sides, bad = replace_invalid(sides)
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
        """The measurements so far."""
        count = max(self.frames, 1)
        means, products = self.sums / count, self.products / count
        measured = Survey(
            self.frames, self.lows, self.highs, means, products, self.not_finite, self.clipped
        )
        return measured if measured.peak <= OVERSHOOT else replace(measured, clipped=0)


def survey(blocks: Iterable[np.ndarray], channels: int) -> Survey:
    """Measure a sound in one pass, given as blocks of shape (frames, channels)."""
    surveyor = Surveyor(channels)
    for _ in surveyor.stream(blocks):
        pass
    return surveyor.survey()


def replace_invalid(block: np.ndarray) -> tuple[np.ndarray, int]:
    """The block with zeros for samples that are NaN or too large, and their number."""
    # min and max are NaN where a sample is, and comparisons with NaN are false.
    if not block.size or (block.min() >= -LARGEST and block.max() <= LARGEST):
        return block, 0
    valid = np.abs(block) <= LARGEST
    return np.where(valid, block, np.float32(0.0)), block.size - int(np.count_nonzero(valid))


def count_clipped(samples: np.ndarray) -> int:
    """The number of samples of one channel in runs of full-scale samples of one sign."""
    total = 0
    for side in (samples >= FULL_SCALE, samples <= -FULL_SCALE):
        edges = np.flatnonzero(np.diff(side, prepend=False, append=False))
        runs = edges[1::2] - edges[::2]
        total += int(runs[runs >= CLIPPED_RUN].sum())
    return total


def usual_mix(channels: int, channel: Channel) -> Mix:
    """The mix of a sound whose channels have no problem, as long as they are not measured."""
    if channel == "mean":
        return Mix(np.full(channels, 1 / channels))
    return _one(int(channel == "right"), channels)


def choose_mix(measured: Survey, channel: Channel) -> Mix:
    """How to mix the channels of a measured sound.

    `left`, `right` and `loudest` use one channel. `mean` leaves silent channels out, and uses the
    loudest alone where channels would cancel out.
    """
    powers, count = measured.powers, len(measured.means)
    loudest = int(np.argmax(powers))
    if count == 1 or channel == "left":
        return _one(0, count)
    if channel == "right":
        return _one(1, count)
    if channel == "loudest":
        return _one(loudest, count)
    alive = powers > SILENT_CHANNEL * powers[loudest]
    if not alive.all() and powers[loudest] > 0:
        silent = [_channel_name(int(index)) for index in np.flatnonzero(~alive)]
        trouble = f"{' and '.join(silent)} {'is' if len(silent) == 1 else 'are'} silent"
        weights = alive / np.count_nonzero(alive)
        kept = f"{_channel_name(loudest)} was used alone" if weights.max() == 1 else "left out"
        return Mix(weights, trouble, kept)
    weights = np.full(count, 1 / count)
    power = weights @ (measured.products - np.outer(measured.means, measured.means)) @ weights
    if power < CANCELLED * powers[loudest]:
        kept = f"{_channel_name(loudest)} was used alone"
        return Mix(_one(loudest, count).weights, "the channels cancel out", kept)
    return Mix(weights)


def _one(index: int, count: int) -> Mix:
    weights = np.zeros(count)
    weights[min(index, count - 1)] = 1.0
    return Mix(weights)


def _channel_name(index: int) -> str:
    return ("the left channel", "the right channel")[index] if index < 2 else f"channel {index + 1}"
