"""The background at both ends of a clip, and whether it is too unsteady to be told by its level.

Room tone is what is quietest in a clip. Where people talk behind the speaker, or a room rumbles and
ticks, most of the background stands out of that. It is known by lying at both ends of the clip,
alike, far below the speech and up to the ends of the file.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .room import SOUND, Room, near_silence, runs, smoothed

# Speech is loud within this range for so many frames.
LOUD_RANGE_DB, LOUD_FRAMES = 16.0, 10
# Nearer than this to loud speech there may be soft speech; beyond it at least so many frames.
SOFT_FRAMES, FEWEST_FRAMES = 60, 10
# The share of the frames there that stand out of the room tone where the background is unsteady.
UNSTEADY_SHARE = 0.25
# How different the mean levels at both ends may be, over all bands.
ALIKE_DB = 7.0
# Speech must be so much louder than the loud moments of an unsteady background.
CONTRAST_DB, LOUD_SHARE = 11.0, 0.95


@dataclass(frozen=True)
class Background:
    """The frames before and after the speech that are far from what is loud."""

    powers: np.ndarray
    room: Room
    before: np.ndarray
    after: np.ndarray
    loud_db: float

    @classmethod
    def around(cls, powers: np.ndarray, silent: np.ndarray, room: Room) -> "Background":
        """The background around the loud speech of a clip, without digital silence."""
        levels = 10 * np.log10(smoothed(powers.sum(axis=1)))
        loud_db = float(np.percentile(levels[room.excess > SOUND], 90)) if len(levels) else 0.0
        loud = [
            (start, end)
            for start, end in runs(levels > loud_db - LOUD_RANGE_DB)
            if end - start >= LOUD_FRAMES
        ]
        first, last = (loud[0][0], loud[-1][1]) if loud else (0, len(levels))
        place, heard = np.arange(len(levels)), ~near_silence(silent)
        before = heard & (place < _far(first))
        after = heard & (place >= len(levels) - _far(len(levels) - last))
        return cls(powers, room, before, after, loud_db)

    @cached_property
    def unsteady(self) -> tuple[bool, bool]:
        """Whether what is before and what is after the speech stands out of the room tone."""
        before, after = (
            frames.sum() >= FEWEST_FRAMES
            and bool(np.mean(self.room.excess[frames] > SOUND) > UNSTEADY_SHARE)
            for frames in (self.before, self.after)
        )
        return before, after

    @cached_property
    def known(self) -> bool:
        """Whether it is alike at both ends, and the speech is much louder."""
        if not all(self.unsteady):
            return False
        before, after = (
            self.room.levels[frames].mean(axis=0) for frames in (self.before, self.after)
        )
        levels = 10 * np.log10(self.powers[self.frames].sum(axis=1))
        contrast_db = self.loud_db - float(np.quantile(levels, LOUD_SHARE))
        alike = float(np.sqrt(np.mean((before - after) ** 2))) < ALIKE_DB
        return alike and contrast_db > CONTRAST_DB

    def reached(self, spans: list[tuple[int, int]]) -> tuple[bool, bool]:
        """Whether what counts as speech begins or ends among these frames."""
        return (
            bool(self.before[spans[0][0] :].any()),
            bool(self.after[: spans[-1][1]].any()),
        )

    @property
    def frames(self) -> np.ndarray:
        """The frames on both sides."""
        both: np.ndarray = self.before | self.after
        return both


def _far(count: int) -> int:
    """How many of the frames beside the loud speech are far from it."""
    return count - min(SOFT_FRAMES, count // 2)
