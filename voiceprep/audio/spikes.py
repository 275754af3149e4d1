"""Samples far above all others, and parts of a recording that are scaled differently."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from ..errors import Unusable

# Between a spike and all other samples lie at least this many empty octaves of 6 dB. A
# band-limited wave leaves two at most: beside its highest sample lie others 13 dB below it.
EMPTY_OCTAVES = 3
# With a larger share of samples above the empty octaves, they are no spikes.
MOST_SPIKES = 0.01
# More spikes than this within so many frames are a burst: what it covers is lost.
TOGETHER, WITHIN = 16, 256
# A float holds the number of its octave in eight bits; that from 1 to 2 has this number.
OCTAVES, FULL_SCALE_OCTAVE = 256, 127
# No recorder leaves headroom of 40 dB: such floats are integers that were not scaled, or damage.
UNSCALED = 100.0
# The most that a wave scaled to 1 reaches.
SCALED = 1.4
# Speech rises and falls by more than 14 dB within this time; the last bits of a pause do not, and
# the end of an echo only falls. A twentieth at each end is left out, where a pause meets speech.
SHORTEST_PART, VARIATION, ENDS = 0.3, 5.0, 0.05


class Octaves:
    """How many samples lie in each octave of levels."""

    def __init__(self) -> None:
        self._counts = np.zeros(OCTAVES, np.int64)

    def add(self, samples: np.ndarray, peak: float) -> None:
        """Count float32 samples; of a block within full scale only its peak matters."""
        if peak > SCALED:
            octaves = samples.view(np.uint32) >> 23 & OCTAVES - 1
            self._counts += np.bincount(octaves.reshape(-1), minlength=OCTAVES)
        elif peak:
            self._counts[_octave(peak)] += samples.size

    def spike_level(self) -> float:
        """The level above which all samples are spikes; 0 where there is none."""
        filled = np.flatnonzero(self._counts[1:]) + 1  # the first one holds zeros
        above = np.cumsum(self._counts[::-1])[::-1]
        for lower, upper in pairwise(filled.tolist()):
            few = above[upper] <= MOST_SPIKES * above[0]
            if upper - lower > EMPTY_OCTAVES and upper >= FULL_SCALE_OCTAVE and few:
                return float(2.0 ** (upper - FULL_SCALE_OCTAVE - 1))
        return 0.0


def _octave(level: float) -> int:
    return int(np.float32(level).view(np.uint32) >> 23)


def is_burst(frames: np.ndarray) -> bool:
    """Whether these frames, in ascending order, lie too close together to be single spikes."""
    return bool(np.any(frames[TOGETHER:] - frames[:-TOGETHER] < WITHIN))


def check_scale(blocks: Iterable[np.ndarray], rate: int) -> None:
    """Raise Unusable, naming the place, where one part of a sound is scaled to 1 and another not.

    A sound that is scaled as integers throughout has nothing but the noise of their last bits at
    that level.
    """
    step = max(rate // 100, 1)
    peaks = np.concatenate(list(_peaks(blocks, step)))
    edges = np.flatnonzero(np.diff(peaks <= SCALED, prepend=False, append=False))
    for start, end in edges.reshape(-1, 2).tolist():
        if (end - start) * step >= SHORTEST_PART * rate and _varies(peaks[start:end]):
            jump_db = 20 * np.log10(peaks.max() / peaks[start:end].max())
            place = (start or end) * step / rate
            raise Unusable(
                f"its level jumps by {jump_db:.0f} dB at {place:.2f} s: a part of it is damaged "
                "or scaled differently, export it again",
                len(peaks) * step / rate,
            )


def _varies(peaks: np.ndarray) -> bool:
    """Whether these peaks rise and fall as those of speech; digital silence does not count."""
    ends = max(int(ENDS * len(peaks)), 2)
    part = peaks[ends : len(peaks) - ends]
    part = part[part > 0]
    if len(part) < len(peaks) / 2:
        return False
    quiet, loud = np.quantile(part, (0.1, 0.9))
    rise = np.max(part / np.minimum.accumulate(part))
    fall = np.max(np.maximum.accumulate(part) / part)
    return bool(min(loud / quiet, rise, fall) > VARIATION)


def _peaks(blocks: Iterable[np.ndarray], step: int) -> Iterator[np.ndarray]:
    """The peak of every `step` frames; blocks may end between them."""
    for block in blocks:
        loudest = np.abs(block).max(axis=1)
        yield np.maximum.reduceat(loudest, np.arange(0, len(loudest), step))
