"""The background at both ends of a clip, and whether it is unsteady.

Room tone is what is quietest in a clip. Where people talk behind the speaker, or a room rumbles and
ticks, most of the background stands out of that. It is known by lying at both ends of the clip,
alike, and far below the speech.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .quantiles import quantile
from .room import SOUND, Room, near_silence, runs, smoothed

# Speech is loud, and loudest, within these ranges for so many frames.
LOUD_RANGE_DB, LOUDEST_RANGE_DB, LOUD_FRAMES = 16.0, 8.0, 10
# Nearer than this to loud speech there may be soft speech; beyond it at least so many frames.
SOFT_FRAMES, FEWEST_FRAMES = 60, 10
# The share of the frames there that stand out of the room tone where the background is unsteady.
UNSTEADY_SHARE, TICKS_SHARE = 0.25, 0.12
# Where it is never still, even the levels of its quieter frames differ by this, in so many frames.
QUIETER, RESTLESS_DB, RESTLESS_FRAMES = (0.1, 0.3), 0.6, 40
# What belongs to speech for less than this beyond what is loud is not doubted.
NEAR_FRAMES = 20
# How different the mean levels at both ends may be where they are alike, and the same.
ALIKE_DB, SAME_DB = 8.0, 1.2
# Speech must be so much louder than the loud moments of an unsteady background.
CONTRAST_DB, LOUD_SHARE = 11.0, 0.95
# What stands out of those by so much, for longer than this, may be speech.
APART_DB, LEAST_FRAMES = 1.3, 12


Spans = list[tuple[int, int]]
"""The first frames of stretches, and those after their last."""


@dataclass(frozen=True)
class Background:
    """The frames before and after the speech that are far from what is loud."""

    powers: np.ndarray
    room: Room
    before: np.ndarray
    after: np.ndarray
    loud: tuple[int, int]
    loudest: tuple[int, int]
    loud_db: float

    @classmethod
    def around(cls, powers: np.ndarray, silent: np.ndarray, room: Room) -> "Background":
        """The background around the loud speech of a clip, without digital silence."""
        levels = 10 * np.log10(smoothed(powers.sum(axis=1)))
        loud_db = float(quantile(levels[room.excess > SOUND], 0.9))
        first, last = _extent(levels > loud_db - LOUD_RANGE_DB)
        loudest = _extent(levels > loud_db - LOUDEST_RANGE_DB)
        place, heard = np.arange(len(levels)), ~near_silence(silent)
        before = heard & (place < _far(first))
        after = heard & (place >= len(levels) - _far(len(levels) - last))
        return cls(powers, room, before, after, (first, last), loudest, loud_db)

    def doubted(self, spans: Spans) -> tuple[bool, bool]:
        """Whether the start and the end of what counts as speech may lie in the background."""
        (start, end), count = (spans[0][0], spans[-1][1]), len(self.powers)
        near = self.loud[0] - start > NEAR_FRAMES, end - self.loud[1] > NEAR_FRAMES
        far = bool(self.before[start:].any() or self.after[:end].any())
        unclear = self.restless or self.ticks or (far and self.unsteady)
        # Weak sound up to an end of the file leaves no background to compare it with.
        return (
            (unclear and near[0]) or (start == 0 and self.loudest[0] > SOFT_FRAMES),
            (unclear and near[1]) or (end == count and count - self.loudest[1] > SOFT_FRAMES),
        )

    def decide(self, spans: Spans, steady: Spans) -> tuple[bool, bool]:
        """Which ends of `spans` are uncertain, as what lies beyond, up to `steady`, is speech.

        It is where it stands out of the loud moments of the background.
        """
        levels = smoothed(self.room.levels)
        most = np.quantile(levels[self.before | self.after], LOUD_SHARE, axis=0)
        above = np.mean(np.maximum(levels - most, 0) ** 2, axis=1)
        (start, end), (first, last) = [(each[0][0], each[-1][1]) for each in (spans, steady)]
        beyond = above[max(first, start - SOFT_FRAMES) : start], above[end:last][:SOFT_FRAMES]
        before, after = (
            len(part) > LEAST_FRAMES and bool(np.sqrt(part.mean()) > APART_DB) for part in beyond
        )
        return before, after

    @cached_property
    def unsteady(self) -> bool:
        """Whether much of what is before and of what is after the speech stands out of the room."""
        return self._least_share > UNSTEADY_SHARE

    @cached_property
    def ticks(self) -> bool:
        """Whether some of both does, and they are the same: breaths are not."""
        return self._least_share > TICKS_SHARE and self._difference_db < SAME_DB

    @cached_property
    def _least_share(self) -> float:
        """The share of frames that stand out of the room tone, on the side with fewer of them."""
        return min(
            float(np.mean(self.room.excess[frames] > SOUND)) if frames.any() else 0.0
            for frames in (self.before, self.after)
        )

    @cached_property
    def _difference_db(self) -> float:
        """How different the mean levels before and after the speech are, over all bands."""
        if not (self.before.any() and self.after.any()):
            return np.inf
        before, after = (self.room.levels[side].mean(axis=0) for side in (self.before, self.after))
        return float(np.sqrt(np.mean((before - after) ** 2)))

    @cached_property
    def restless(self) -> bool:
        """Whether it is never still, as voices are: a breath leaves most of it at one level."""
        frames = self.before | self.after
        if frames.sum() < RESTLESS_FRAMES:
            return False
        levels = smoothed(self.room.levels[frames]).mean(axis=1)
        low, high = np.quantile(levels, QUIETER)
        return bool(high - low > RESTLESS_DB)

    @cached_property
    def comparable(self) -> bool:
        """Whether it is there and alike at both ends, and the speech is much louder."""
        if min(self.before.sum(), self.after.sum()) < FEWEST_FRAMES:
            return False
        levels = 10 * np.log10(self.powers[self.before | self.after].sum(axis=1))
        contrast_db = self.loud_db - float(np.quantile(levels, LOUD_SHARE))
        return self._difference_db < ALIKE_DB and contrast_db > CONTRAST_DB


def _extent(loud: np.ndarray) -> tuple[int, int]:
    """From the first to the last run of loud frames that is long enough."""
    found = [(start, end) for start, end in runs(loud) if end - start >= LOUD_FRAMES]
    return (found[0][0], found[-1][1]) if found else (0, len(loud))


def _far(count: int) -> int:
    """How many of the frames beside the loud speech are far from it."""
    return count - min(SOFT_FRAMES, count // 2)
