"""The channels of a recording, measured before they are mixed to one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from .channel_delay import SHORTEST, Stretches
from .offset_pieces import Pieces
from .spikes import SCALED, Octaves, is_burst

Channel = Literal["mean", "left", "right", "loudest"]

FULL_SCALE = 0.9999
# A run of full-scale samples this long is clipping, a shorter one may be a peak.
CLIPPED_RUN = 3
# Lossy decoders overshoot a clipped wave by this much; beyond it are floats with headroom.
OVERSHOOT = SCALED
# Floats scaled like 32-bit integers are the largest that can be intended as sound.
LARGEST = 2.0**32
# A channel 40 dB below the loudest holds no speech.
SILENT_CHANNEL = 1e-4
# The mean is 10 dB below the loudest channel where channels are opposite in phase.
CANCELLED = 0.1
# Of channels that are apart the earliest is nearest to the speaker, unless it is 6 dB weaker.
WEAKER = 0.25


@dataclass(frozen=True)
class Survey:
    """The measurements of one pass over a sound: length, levels and damage.

    `lows`, `highs`, `means` and `powers` are per channel, `products` the mean products of every
    two channels; `pieces` are short stretches, which tell the offset. `delays` says by how many
    seconds each channel is later than the loudest one, NaN where it holds another sound, None where
    nothing was compared. Above `spike_level` there is nothing but spikes, 0 where there is none.
    `first_invalid` is the first frame with a sample that was replaced.
    """

    frames: int
    lows: np.ndarray
    highs: np.ndarray
    means: np.ndarray
    products: np.ndarray
    pieces: Pieces
    not_finite: int = 0
    clipped: int = 0
    spikes: int = 0
    spike_level: float = 0.0
    first_invalid: int = 0
    burst: bool = False
    delays: np.ndarray | None = None

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
    def loudest(self) -> int:
        """The channel with the most power."""
        return int(np.argmax(self.powers))

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
    """Measures blocks of shape (frames, channels) as they are streamed elsewhere.

    Samples beyond `largest` are invalid.
    """

    def __init__(self, channels: int, rate: int, largest: float = LARGEST):
        self.largest = largest
        self.frames = self.not_finite = self.clipped = self.first_invalid = 0
        self.burst = False
        self.octaves, self.stretches = Octaves(), Stretches(rate)
        self.pieces = Pieces(channels, rate)
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
        sides, bad = self._replace_invalid(sides)
        low, high = sides.min(axis=1), sides.max(axis=1)
        peak = float(max(high.max(), -low.min()))
        self.lows, self.highs = np.minimum(self.lows, low), np.maximum(self.highs, high)
        self.sums += sides.sum(axis=1)
        self.pieces.add(sides)
        products = np.array([[np.dot(one, other) for other in sides] for one in sides])
        self.products += products
        if products.size > 1 and np.ptp(products) > 0:
            self.stretches.add(sides, int(high.argmax()))
        self.octaves.add(sides, peak)
        if peak >= FULL_SCALE:
            self.clipped += sum(map(count_clipped, sides))
        self.frames += len(block)
        return sides.T if bad else block

    def _replace_invalid(self, sides: np.ndarray) -> tuple[np.ndarray, int]:
        replaced, bad = replace_invalid(sides, self.largest)
        if bad:
            frames = np.flatnonzero(np.any(replaced != sides, axis=0))
            self.burst = self.burst or is_burst(frames)
            self.first_invalid = self.first_invalid if self.not_finite else self.frames + frames[0]
            self.not_finite += bad
        return replaced, bad

    def survey(self) -> Survey:
        """The measurements so far."""
        count = max(self.frames, 1)
        means, products = self.sums / count, self.products / count
        measured = Survey(
            self.frames,
            self.lows,
            self.highs,
            means,
            products,
            self.pieces,
            self.not_finite,
            self.clipped,
            first_invalid=self.first_invalid,
            burst=self.burst,
        )
        measured = replace(measured, delays=self.stretches.delays(measured.loudest))
        if measured.peak <= OVERSHOOT:
            return measured
        return replace(measured, clipped=0, spike_level=self.octaves.spike_level())


def survey(blocks: Iterable[np.ndarray], channels: int, rate: int) -> Survey:
    """Measure a sound in one pass, given as blocks of shape (frames, channels)."""
    surveyor = Surveyor(channels, rate)
    for _ in surveyor.stream(blocks):
        pass
    return surveyor.survey()


def replace_invalid(block: np.ndarray, largest: float = LARGEST) -> tuple[np.ndarray, int]:
    """The block with zeros for samples that are NaN or too large, and their number."""
    # min and max are NaN where a sample is, and comparisons with NaN are false.
    if not block.size or (block.min() >= -largest and block.max() <= largest):
        return block, 0
    valid = np.abs(block) <= largest
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

    `left`, `right` and `loudest` use one channel. `mean` leaves out silent channels and those that
    are later or earlier than the best one, and uses the loudest alone where channels would cancel
    out.
    """
    powers, count = measured.powers, len(measured.means)
    loudest = measured.loudest
    if count == 1 or channel == "left":
        return _one(0, count)
    if channel == "right":
        return _one(1, count)
    if channel == "loudest":
        return _one(loudest, count)
    alive = powers > SILENT_CHANNEL * powers[loudest]
    shifts = _shifts(measured, alive)
    used = alive & (np.abs(shifts) < SHORTEST)
    if not used.all() and powers[loudest] > 0:
        kept = "left out"
        if np.count_nonzero(used) == 1:
            kept = f"{_channel_name(int(np.argmax(used)))} was used alone"
        trouble = " and ".join([*_silent(alive), *_apart(shifts)])
        return Mix(used / np.count_nonzero(used), trouble, kept)
    weights = np.full(count, 1 / count)
    power = weights @ (measured.products - np.outer(measured.means, measured.means)) @ weights
    if power < CANCELLED * powers[loudest]:
        kept = f"{_channel_name(loudest)} was used alone"
        return Mix(_one(loudest, count).weights, "the channels cancel out", kept)
    return Mix(weights)


def _shifts(measured: Survey, alive: np.ndarray) -> np.ndarray:
    """By how many seconds each channel is later than the best one, 0 for other sounds."""
    if measured.delays is None:
        return np.zeros(len(alive))
    loud = alive & (measured.powers > WEAKER * measured.powers.max())
    earliest = np.nanmin(measured.delays, where=loud, initial=0.0)
    return np.where(alive, np.nan_to_num(measured.delays - earliest), 0.0)


def _silent(alive: np.ndarray) -> list[str]:
    names = [_channel_name(int(index)) for index in np.flatnonzero(~alive)]
    return [f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} silent"] if names else []


def _apart(shifts: np.ndarray) -> list[str]:
    return [
        f"{_channel_name(index)} is {abs(shift) * 1000:.2f} ms {'late' if shift > 0 else 'early'}"
        for index, shift in enumerate(shifts.tolist())
        if abs(shift) >= SHORTEST
    ]


def _one(index: int, count: int) -> Mix:
    weights = np.zeros(count)
    weights[min(index, count - 1)] = 1.0
    return Mix(weights)


def _channel_name(index: int) -> str:
    return ("the left channel", "the right channel")[index] if index < 2 else f"channel {index + 1}"
