"""The background at both ends of a clip, and whether it is unsteady.

Room tone is what is quietest in a clip. Where people talk behind the speaker, or a room rumbles and
ticks, most of the background stands out of that. It is known by lying at both ends of the clip,
alike, and far below the speech.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .quantiles import quantile
from .room import SOUND, Room, Spans, near_silence, runs, smoothed

# Speech is loud within this range for so many frames.
LOUD_RANGE_DB, LOUD_FRAMES = 16.0, 10
# Nearer than this to loud speech there may be soft speech; beyond it there must be so many frames
# at each side, and on both.
SOFT_FRAMES, FEWEST_FRAMES, BOTH_FRAMES = 60, 16, 40
# What is fainter than the room tone by this is a fade.
FADED_DB = 3.0
# The share of the frames there that stand out of the room tone where the background is unsteady.
UNSTEADY_SHARE, TICKS_SHARE = 0.25, 0.12
# Where it is never still, even the levels of its quieter frames differ by this.
QUIETER, RESTLESS_DB = (0.1, 0.3), 0.5
# What belongs to speech for less than this beyond what is loud is not doubted.
NEAR_FRAMES = 20
# How different the mean levels at both ends may be: of voices, of a room, and of what is the same.
ALIKE_DB, ROOM_DIFFERENCE_DB, SAME_DB = 6.0, 3.0, 1.2
# Speech must be so much louder than the loud moments of an unsteady background.
CONTRAST_DB, LOUD_SHARE = 11.0, 0.95
# What stands out of those by so much, for longer than this, may be speech.
APART_DB, LEAST_FRAMES = 1.3, 12
# Where the loudest of the last frames of speech stands out of them by less, it may go on in them.
FAINT_DB, LAST_FRAMES = 8.0, 12


@dataclass(frozen=True)
class Background:
    """The frames before and after the speech that are far from what is loud."""

    powers: np.ndarray
    levels: np.ndarray
    room: Room
    before: np.ndarray
    after: np.ndarray
    loud: tuple[int, int]
    loud_db: float

    @classmethod
    def around(cls, powers: np.ndarray, silent: np.ndarray, room: Room) -> "Background":
        """The background around the loud speech of a clip, without digital silence and fades."""
        levels = 10 * np.log10(smoothed(powers.sum(axis=1)))
        loud_db = float(quantile(levels[room.excess > SOUND], 0.9))
        loud = [
            (start, end)
            for start, end in runs(levels > loud_db - LOUD_RANGE_DB)
            if end - start >= LOUD_FRAMES
        ]
        first, last = (loud[0][0], loud[-1][1]) if loud else (0, len(levels))
        loudness = room.levels.mean(axis=1)
        heard = ~near_silence(silent) & (loudness > room.mean.mean() - FADED_DB)
        place = np.arange(len(levels))
        before = heard & (place < _far(first))
        after = heard & (place >= len(levels) - _far(len(levels) - last))
        return cls(powers, levels, room, before, after, (first, last), loud_db)

    def doubted(self, spans: Spans) -> tuple[bool, bool]:
        """Whether the start and the end of what counts as speech may lie in the background."""
        (start, end), count = (spans[0][0], spans[-1][1]), len(self.powers)
        near = self.loud[0] - start > NEAR_FRAMES, end - self.loud[1] > NEAR_FRAMES
        far = bool(self.before[start:].any() or self.after[:end].any())
        unclear = self.both_sides and (self.restless or self.ticks or (far and self.unsteady))
        # Weak sound up to an end of the file leaves no background to compare it with.
        weak = self.loud[0] > SOFT_FRAMES, count - self.loud[1] > SOFT_FRAMES
        return (
            (unclear and near[0]) or (start == 0 and weak[0]),
            (unclear and near[1]) or (end == count and weak[1]),
        )

    def is_loud(self, start: int, end: int) -> bool:
        """Whether some of these frames are as loud as speech."""
        return bool(self.levels[start:end].max() > self.loud_db - LOUD_RANGE_DB)

    def decide(self, spans: Spans, steady: Spans) -> tuple[bool, bool]:
        """Which ends of `spans` are uncertain, as what lies beyond, up to `steady`, may be speech.

        It may where it stands out of the loud moments of the background, or the last sound of
        the speech hardly does.
        """
        levels = smoothed(self.room.levels)
        most = np.quantile(levels[self.before | self.after], LOUD_SHARE, axis=0)
        above = np.mean(np.maximum(levels - most, 0) ** 2, axis=1)
        (start, end), (first, last) = [(each[0][0], each[-1][1]) for each in (spans, steady)]
        beyond = above[max(first, start - SOFT_FRAMES) : start], above[end:last][:SOFT_FRAMES]
        inside = above[start : start + LAST_FRAMES], above[max(end - LAST_FRAMES, 0) : end]
        before, after = (
            (len(part) > LEAST_FRAMES and bool(np.sqrt(part.mean()) > APART_DB))
            or (len(part) > 0 and bool(np.sqrt(last_sound.max()) < FAINT_DB))
            for part, last_sound in zip(beyond, inside, strict=True)
        )
        return before, after

    @property
    def both_sides(self) -> bool:
        """Whether there is enough background before and after the speech."""
        counts = self.before.sum(), self.after.sum()
        return bool(min(counts) >= FEWEST_FRAMES and sum(counts) >= BOTH_FRAMES)

    @cached_property
    def unsteady(self) -> bool:
        """Whether much of both sides stands out of the room, and they differ little."""
        return self._least_share > UNSTEADY_SHARE and self._difference_db < ROOM_DIFFERENCE_DB

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
        spreads = []
        for frames in (self.before, self.after):
            levels = smoothed(self.room.levels[frames]).mean(axis=1)
            low, high = np.quantile(levels, QUIETER)
            spreads.append(high - low)
        return bool(min(spreads) > RESTLESS_DB)

    @cached_property
    def comparable(self) -> bool:
        """Whether it is there and alike at both ends, and the speech is much louder."""
        if not self.both_sides:
            return False
        levels = 10 * np.log10(self.powers[self.before | self.after].sum(axis=1))
        contrast_db = self.loud_db - float(np.quantile(levels, LOUD_SHARE))
        return self._difference_db < ALIKE_DB and contrast_db > CONTRAST_DB


def _far(count: int) -> int:
    """How many of the frames beside the loud speech are far from it."""
    return count - min(SOFT_FRAMES, count // 2)
