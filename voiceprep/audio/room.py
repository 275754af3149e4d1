"""The room tone of a clip, and how far each frame stands out of it.

Digital silence and a fade to it do not count as room tone: beside them the real one would pass for
sound.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from .quantiles import in_order, quantile

# Frames near digital silence are not used.
NEAR_SILENT = 6
# Room tone: frames in a row, frames in total, their level range, and the level below the speech.
ROOM_RUN, ROOM_FRAMES, ROOM_RANGE_DB, ROOM_UNDER_DB = 10, 40, 2.0, 10.0
# Levels this far below the loud frames of their band are inaudible.
AUDIBLE_DB = 50.0
# The share of frames that start the estimate of the room tone, and their least number.
QUIETEST, FEWEST_FRAMES = 0.06, 12
ROUNDS = 6
# Bounds of the room tone's statistics, against clips without any pause.
SPREAD_DB = (2.0, 6.0)
MIDDLE_MOST, WIDTH = 0.6, (0.08, 0.2)
# The share of an unsteady background that does not stand out.
UNSTEADY_SHARE = 0.95
# In widths above the room tone: what still is room tone, what may be sound.
ROOM, SOUND = 3.0, 3.5

Spans = list[tuple[int, int]]
"""The first frames of stretches, and those after their last."""


@dataclass(frozen=True)
class Room:
    """The room tone of a clip, and how far each frame stands out of it.

    `smooth` are its levels, smoothed over three frames.
    """

    levels: np.ndarray
    smooth: np.ndarray
    frames: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    unsteady: bool = False

    @classmethod
    def estimate(cls, levels: np.ndarray, among: np.ndarray) -> "Room":
        """Start with the quietest frames of `among` and add those that are similar."""
        audible = quantile(levels.compress(among, axis=0), 0.95) - AUDIBLE_DB
        levels = np.maximum(levels, audible)
        loudness = np.convolve(
            np.pad(levels.mean(axis=1), 5, mode="edge"), _hann_kernel(11), "valid"
        )
        count = min(max(int(QUIETEST * among.sum()), FEWEST_FRAMES), among.sum())
        frames = np.zeros(len(levels), bool)
        frames[np.argsort(np.where(among, loudness, np.inf), kind="stable")[:count]] = True
        smooth = smoothed(levels)
        room = cls._of(levels, smooth, frames)
        for _ in range(ROUNDS):
            more = (room.excess < ROOM) & among
            if np.array_equal(more, room.frames) or not more.any():
                break
            room = cls._of(levels, smooth, more)
        return room

    @classmethod
    def _of(cls, levels: np.ndarray, smooth: np.ndarray, frames: np.ndarray) -> "Room":
        mean, deviation = _statistics(levels, frames)
        return cls(levels, smooth, frames, mean, np.clip(deviation, *SPREAD_DB))

    def with_unsteady(self, frames: np.ndarray) -> "Room":
        """The same clip where given frames are its background, however unsteady they are."""
        mean, deviation = _statistics(self.levels, frames)
        spread = np.maximum(deviation, SPREAD_DB[0])
        return Room(self.levels, self.smooth, frames, mean, spread, unsteady=True)

    @cached_property
    def excess(self) -> np.ndarray:
        """How far every frame stands out of the room tone, in widths of the room tone's spread."""
        above = self.smooth - self.mean
        above /= self.spread
        np.maximum(above, 0, out=above)
        squares = np.einsum("ij,ij->i", above, above) / above.shape[1]
        distance: npt.NDArray[np.float64] = smoothed(np.sqrt(squares))
        own = distance[self.frames]
        if self.unsteady:
            power_db = 10 * np.log10(smoothed((10 ** (self.levels / 10)).sum(axis=1)))
            scales = (self._scaled(distance, WIDTH[0]), self._scaled(power_db, SPREAD_DB[0]))
            larger: np.ndarray = np.maximum(*scales)
            return larger
        middle = min(float(quantile(own, 0.5)), MIDDLE_MOST)
        width = 1.4826 * float(quantile(np.abs(own - middle), 0.5))
        excess: np.ndarray = (distance - middle) / np.clip(width, *WIDTH)
        return excess

    def _scaled(self, values: np.ndarray, least: float) -> np.ndarray:
        """Values where most of those of the background are no sound."""
        ordered = np.sort(values[self.frames])
        usual, most = in_order(ordered, 0.5), in_order(ordered, UNSTEADY_SHARE)
        scaled: np.ndarray = (values - usual) / max((most - usual) / SOUND, least)
        return scaled


def find_room(powers: np.ndarray, silent: np.ndarray) -> Room:
    """The room tone of a clip, even if digital silence or a fade at its ends is quieter.

    Where no steady one is found, the quietest frames are used.
    """
    excluded = near_silence(silent)
    levels, power = 10 * np.log10(powers), powers.sum(axis=1)
    loudness = levels.mean(axis=1)
    for _ in range(ROUNDS):
        if (~excluded).sum() < ROOM_FRAMES:
            break
        room = Room.estimate(levels, ~excluded)
        if _lasts(room, power, ~excluded):
            return room
        wider = _ends(excluded | (loudness <= quantile(loudness[~excluded], QUIETEST)), excluded)
        if np.array_equal(wider, excluded):
            break
        excluded = wider
    return Room.estimate(levels, np.ones(len(levels), bool))


def near_silence(silent: np.ndarray) -> np.ndarray:
    """The frames of digital silence and those beside it."""
    near = np.convolve(silent, np.ones(2 * NEAR_SILENT + 1)) > 0
    return near[NEAR_SILENT : len(near) - NEAR_SILENT]


def _ends(soft: np.ndarray, excluded: np.ndarray) -> np.ndarray:
    """The runs of soft frames at an end of the clip or beside excluded frames."""
    ends = np.zeros(len(soft), bool)
    for start, end in runs(soft):
        ends[start:end] = start == 0 or end == len(soft) or excluded[start:end].any()
    return ends


def _lasts(room: Room, power: np.ndarray, among: np.ndarray) -> bool:
    """Whether this is room tone, and not a fade or soft speech."""
    loudness = room.levels.mean(axis=1)
    loud = quantile(power[among], 0.95) * 10 ** (-ROOM_UNDER_DB / 10)
    steady = []
    for start, end in runs((room.excess < SOUND) & among):
        count = end - start
        if count < ROOM_RUN or power[start:end].mean() > loud:
            continue
        low, middle, high = np.sort(loudness[start:end])[
            [count // 10, count // 2, -1 - count // 10]
        ]
        if high - low <= ROOM_RANGE_DB:
            steady.append((count, middle))
    _, level = max(steady, default=(0, 0.0))
    alike = sum(count for count, middle in steady if abs(middle - level) <= ROOM_RANGE_DB)
    return alike >= ROOM_FRAMES


def runs(flags: np.ndarray) -> Spans:
    """The start and end of every run of true flags."""
    edges = np.flatnonzero(np.diff(flags, prepend=False, append=False))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def smoothed(values: np.ndarray) -> np.ndarray:
    """Frames smoothed with weights 1/4, 1/2, 1/4."""
    padded = np.concatenate([values[:1], values, values[-1:]])
    return 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]


def _statistics(levels: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean and the standard deviation of each band in some frames.

    For so few bands sums by `einsum` take a third of the time of NumPy's own mean and std.
    """
    inside = levels.compress(frames, axis=0)
    mean = np.einsum("ij->j", inside) / len(inside)
    inside -= mean
    return mean, np.sqrt(np.einsum("ij,ij->j", inside, inside) / len(inside))


@lru_cache
def _hann_kernel(width: int) -> np.ndarray:
    kernel: npt.NDArray[np.float64] = np.hanning(width + 2)[1:-1]
    normalised: np.ndarray = kernel / kernel.sum()
    return normalised
