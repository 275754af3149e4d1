"""Voice activity detection: the speech in a clip, and its room tone.

Every 5 ms the levels in 24 bands are compared with the mean and spread of the room tone, both
estimated from the clip: so a soft f is found in a quiet room, and loud hum is not speech. Digital
silence and a fade to it do not count as room tone: beside them the real one would pass for sound.
Frames that stand out form islands of sound. webrtcvad decides which of them are voice; others
belong to the speech where they are close to it, as a final s or t, unlike a breath or a click.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
import soxr
from numpy.lib.stride_tricks import sliding_window_view

from ..config import setting
from ..errors import SettingError, Unusable
from .sound import Sound

HOP_SECONDS, WINDOW_SECONDS = 0.005, 0.02
BANDS, LOWEST_HZ, HIGHEST_HZ = 24, 80.0, 10000.0
# White noise this far below the mean power is added to every sound, so that the result does not
# depend on its level and dither.
ADDED_NOISE_DB = 58.0
# Up to this level above that noise a frame is digital silence; frames near one are not used.
SILENT_DB, NEAR_SILENT = 3.0, 6
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
# In widths above the room tone: what still is room tone, what may be sound, what is sound for sure.
ROOM, SOUND, SURE = 3.0, 3.5, 6.0
# Islands of sound nearer than this are joined.
JOINED_SECONDS = 0.03
# How near an unvoiced island must be to belong to the speech: a fricative, or a short burst.
LONG_SECONDS, LONG_GAP_SECONDS, SHORT_GAP_SECONDS = 0.045, 0.12, 0.07
# Voice is strong in the low bands: the range below the voice, and the least level above the room.
LOW_HZ, VOICE_RANGE_DB, VOICE_ABOVE_DB = 800.0, 24.0, 6.0
VOICED_FRAMES = 6
# An island as loud as the voice and longer than a click is speech even if unvoiced.
LOUD_RANGE_DB, LOUD_FRAMES = 16.0, 10
# The window reaches this far beyond a sound that ends abruptly.
REACH_SECONDS = 0.006
VAD_RATE, VAD_FRAME = 16000, 160
# Frames in a block: few enough to stay in the cache.
BLOCK = 128


@dataclass(frozen=True)
class SilenceConfig:
    """What counts as a pause."""

    pause_seconds: float = setting(0.15, "shortest pause that is reported, in seconds", "--pause")

    def __post_init__(self) -> None:
        if not 0.05 <= self.pause_seconds <= 60:
            raise SettingError(
                f"pause_seconds = {self.pause_seconds}: must be between 0.05 and 60", "pause"
            )


@dataclass(frozen=True)
class SpeechActivity:
    """The speech in a clip: `spans` in seconds, in order, without overlap.

    `quiet` are stretches of room tone, in samples, the quietest first; `floor_db` is their level
    in dBFS.
    """

    seconds: float
    spans: tuple[tuple[float, float], ...]
    quiet: tuple[tuple[int, int], ...] = field(default=())
    floor_db: float = -np.inf

    @property
    def lead(self) -> float:
        """The seconds before the speech."""
        return self.spans[0][0]

    @property
    def tail(self) -> float:
        """The seconds after the speech."""
        return self.seconds - self.spans[-1][1]

    def pauses(self, shortest: float) -> list[tuple[float, float]]:
        """The pauses of at least `shortest` seconds within the speech, as start and end."""
        gaps = [(end, start) for (_, end), (start, _) in pairwise(self.spans)]
        return [(start, end) for start, end in gaps if end - start >= shortest]


def find_speech(sound: Sound) -> SpeechActivity:
    """The speech activity of a clip; raises Unusable where no speech is found."""
    if not np.any(sound.samples):
        raise Unusable("silent from start to end", sound.seconds)
    powers, silent = _band_powers(sound)
    voice = _voiced(sound, len(powers))
    room = _room(powers, silent)
    islands = _islands(room)
    low = int(np.searchsorted(_edges(sound.rate), LOW_HZ))
    kept = _belonging(islands, _spoken(islands, powers, room, voice, low))
    if not kept:
        raise Unusable("no speech found in it", sound.seconds)
    hop = hop_length(sound.rate)
    ends = [
        (start * hop / sound.rate + REACH_SECONDS, (end - 1) * hop / sound.rate - REACH_SECONDS)
        for start, end in kept
    ]
    spans = tuple(
        (round(max(start, 0.0), 6), round(min(max(end, start), sound.seconds), 6))
        for start, end in ends
    )
    quiet = _quiet_stretches(sound, _without_voice(room, powers, voice))
    return SpeechActivity(sound.seconds, spans, quiet, _level_db(sound.samples, quiet))


def hop_length(rate: int) -> int:
    """The hop in samples: ends of speech lie on this grid."""
    return max(round(rate * HOP_SECONDS), 1)


@dataclass(frozen=True)
class _Room:
    """The room tone of a clip, and how far each frame stands out of it."""

    levels: np.ndarray
    frames: np.ndarray
    mean: np.ndarray
    spread: np.ndarray

    @classmethod
    def estimate(cls, levels: np.ndarray, among: np.ndarray) -> "_Room":
        """Start with the quietest frames of `among` and add those that are similar."""
        audible = np.percentile(levels[among], 95, axis=0) - AUDIBLE_DB
        levels = np.maximum(levels, audible)
        loudness = np.convolve(
            np.pad(levels.mean(axis=1), 5, mode="edge"), _hann_kernel(11), "valid"
        )
        count = min(max(int(QUIETEST * among.sum()), FEWEST_FRAMES), among.sum())
        frames = np.zeros(len(levels), bool)
        frames[np.argsort(np.where(among, loudness, np.inf), kind="stable")[:count]] = True
        room = cls._of(levels, frames)
        for _ in range(ROUNDS):
            more = (room.excess < ROOM) & among
            if np.array_equal(more, room.frames) or not more.any():
                break
            room = cls._of(levels, more)
        return room

    @classmethod
    def _of(cls, levels: np.ndarray, frames: np.ndarray) -> "_Room":
        inside = levels[frames]
        return cls(levels, frames, inside.mean(axis=0), np.clip(inside.std(axis=0), *SPREAD_DB))

    @cached_property
    def excess(self) -> np.ndarray:
        """How far every frame stands out of the room tone, in widths of the room tone's spread."""
        above = np.maximum((_smoothed(self.levels) - self.mean) / self.spread, 0)
        distance: npt.NDArray[np.float64] = _smoothed(np.sqrt(np.mean(above**2, axis=1)))
        own = distance[self.frames]
        middle = min(float(np.median(own)), MIDDLE_MOST)
        width = 1.4826 * float(np.median(np.abs(own - middle)))
        excess: np.ndarray = (distance - middle) / np.clip(width, *WIDTH)
        return excess


def _room(powers: np.ndarray, silent: np.ndarray) -> _Room:
    """The room tone of a clip, even if digital silence or a fade at its ends is quieter.

    Where no steady one is found, the quietest frames are used.
    """
    excluded = np.convolve(silent, np.ones(2 * NEAR_SILENT + 1), "same") > 0
    levels, power = 10 * np.log10(powers), powers.sum(axis=1)
    loudness = levels.mean(axis=1)
    for _ in range(ROUNDS):
        if (~excluded).sum() < ROOM_FRAMES:
            break
        room = _Room.estimate(levels, ~excluded)
        if _lasts(room, power, ~excluded):
            return room
        wider = _ends(excluded | (loudness <= np.quantile(loudness[~excluded], QUIETEST)), excluded)
        if np.array_equal(wider, excluded):
            break
        excluded = wider
    return _Room.estimate(levels, np.ones(len(levels), bool))


def _ends(soft: np.ndarray, excluded: np.ndarray) -> np.ndarray:
    """The runs of soft frames at an end of the clip or beside excluded frames."""
    ends = np.zeros(len(soft), bool)
    for start, end in _runs(soft):
        ends[start:end] = start == 0 or end == len(soft) or excluded[start:end].any()
    return ends


def _lasts(room: _Room, power: np.ndarray, among: np.ndarray) -> bool:
    """Whether this is room tone, and not a fade or soft speech."""
    loudness = room.levels.mean(axis=1)
    loud = np.percentile(power[among], 95) * 10 ** (-ROOM_UNDER_DB / 10)
    steady = []
    for start, end in _runs((room.excess < SOUND) & among):
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


def _band_powers(sound: Sound) -> tuple[np.ndarray, np.ndarray]:
    """The mean band powers every 5 ms, (frames, bands), and which frames are digital silence."""
    from scipy.fft import rfft

    hop, window = hop_length(sound.rate), round(sound.rate * WINDOW_SECONDS)
    weights, shape = _filters(sound.rate, window)
    half = window // 2
    mode: Literal["reflect", "constant"] = "reflect" if len(sound.samples) > window else "constant"
    padded = np.pad(sound.samples, (half, half + hop), mode=mode)
    frames = sliding_window_view(padded, window)[::hop][: 1 + len(sound.samples) // hop]
    powers = np.empty((len(frames), BANDS), np.float32)
    windowed = np.zeros((BLOCK, _fft_length(window)), np.float32)
    for start in range(0, len(frames), BLOCK):
        block = frames[start : start + BLOCK]
        np.multiply(block, shape, out=windowed[: len(block), :window])
        spectrum = rfft(windowed[: len(block)]).view(np.float32)
        np.matmul(np.square(spectrum, out=spectrum), weights, out=powers[start : start + BLOCK])
    added_noise = np.float32(10 ** (-ADDED_NOISE_DB / 10)) * powers.mean()
    return powers + added_noise, powers.mean(axis=1) < 10 ** (SILENT_DB / 10) * added_noise


def _fft_length(window: int) -> int:
    return 1 << (window - 1).bit_length()


@lru_cache
def _filters(rate: int, window: int) -> tuple[np.ndarray, np.ndarray]:
    """The means over bands as one matrix, and the window.

    The matrix has a row for the real part of every bin and one for the imaginary part.
    """
    hz = np.fft.rfftfreq(_fft_length(window), 1 / rate)
    first = np.searchsorted(hz, _edges(rate))
    weights = np.zeros((len(hz), BANDS), np.float32)
    for band, (start, end) in enumerate(pairwise(first)):
        end = max(end, start + 1)
        weights[start:end, band] = 1 / (end - start)
    return np.repeat(weights, 2, axis=0), np.hanning(window).astype(np.float32)


def _edges(rate: int) -> np.ndarray:
    """The edges of the bands in Hz, evenly spaced on the mel scale."""
    highest = min(HIGHEST_HZ, 0.485 * rate)
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, highest))
    return 700 * (10 ** (np.linspace(low, high, BANDS + 1) / 2595) - 1)


def _voiced(sound: Sound, count: int) -> np.ndarray:
    """Which frames webrtcvad classifies as voice, in its strictest mode."""
    import webrtcvad

    samples = soxr.resample(sound.samples, sound.rate, VAD_RATE, quality="LQ")
    loud = float(np.percentile(np.abs(samples[::8]), 99)) if len(samples) else 0.0
    scaled = np.clip(samples * (0.3 / max(loud, 1e-6)), -1, 1) * 32767
    data = scaled.astype("<i2").tobytes()
    detector = webrtcvad.Vad(3)
    size = 2 * VAD_FRAME
    decisions = [
        detector.is_speech(data[start : start + size], VAD_RATE)
        for start in range(0, len(data) - size + 1, size)
    ]
    seconds = np.arange(count) * hop_length(sound.rate) / sound.rate
    places = np.minimum((seconds * VAD_RATE / VAD_FRAME).astype(int), len(decisions) - 1)
    return np.array(decisions, bool)[places] if decisions else np.zeros(count, bool)


def _islands(room: _Room) -> list[tuple[int, int]]:
    """The runs of frames that stand out of the room tone, joined over short gaps."""
    islands: list[tuple[int, int]] = []
    for start, end in _runs(room.excess > SOUND):
        if room.excess[start:end].max() <= SURE:
            continue
        if islands and (start - islands[-1][1]) * HOP_SECONDS <= JOINED_SECONDS:
            islands[-1] = (islands[-1][0], end)
        else:
            islands.append((start, end))
    return islands


def _spoken(
    islands: Sequence[tuple[int, int]],
    powers: np.ndarray,
    room: _Room,
    voice: np.ndarray,
    low: int,
) -> list[int]:
    """The indices of islands that are speech on their own: voiced, or as loud as voice.

    `low` is the number of low bands, in which voice is strong.
    """
    floor = 10 ** (room.mean / 10)
    above = np.maximum(powers - floor, 0)
    low_db = 10 * np.log10(above[:, :low].sum(axis=1) + 1e-20)
    all_db = 10 * np.log10(above.sum(axis=1) + 1e-20)
    sure = room.excess > SURE
    speaking = voice & sure if np.any(voice & sure) else sure
    if not speaking.any():
        return []
    reach = max(
        float(np.percentile(low_db[speaking], 90)) - VOICE_RANGE_DB,
        10 * float(np.log10(floor[:low].sum())) + VOICE_ABOVE_DB,
    )
    voiced = voice & sure & (low_db > reach)
    loud = all_db > np.percentile(all_db[speaking], 90) - LOUD_RANGE_DB
    return [
        number
        for number, (start, end) in enumerate(islands)
        if voiced[start:end].sum() >= VOICED_FRAMES or loud[start:end].sum() >= LOUD_FRAMES
    ]


def _belonging(islands: list[tuple[int, int]], spoken: list[int]) -> list[tuple[int, int]]:
    """The islands from the first speech to the last, with those close around them."""
    if not spoken:
        return []
    first, last = spoken[0], spoken[-1]
    while first and _near(islands[first - 1], islands[first], islands[first - 1]):
        first -= 1
    while last + 1 < len(islands) and _near(islands[last], islands[last + 1], islands[last + 1]):
        last += 1
    return islands[first : last + 1]


def _near(before: tuple[int, int], after: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether `other`, the neighbour that may not be speech, is close to the other one."""
    gap = (after[0] - before[1]) * HOP_SECONDS
    long = (other[1] - other[0]) * HOP_SECONDS >= LONG_SECONDS
    return gap <= (LONG_GAP_SECONDS if long else SHORT_GAP_SECONDS)


def _without_voice(room: _Room, powers: np.ndarray, voice: np.ndarray) -> np.ndarray:
    """The frames that are certainly room tone: without a pause, even the quietest hold speech."""
    levels = 10 * np.log10(powers.sum(axis=1))
    near = levels > np.percentile(levels, 90) - LOUD_RANGE_DB
    sure: np.ndarray = room.frames & (room.excess < SOUND) & ~(voice & near)
    return sure


def _quiet_stretches(sound: Sound, frames: np.ndarray) -> tuple[tuple[int, int], ...]:
    """The runs of room tone frames, in samples, the quietest first."""
    hop = hop_length(sound.rate)
    stretches = [
        (start * hop, min((end - 1) * hop, len(sound.samples)))
        for start, end in _runs(frames)
        if end - start > 3
    ]
    return tuple(sorted(stretches, key=lambda place: _level_db(sound.samples, [place])))


def _level_db(samples: np.ndarray, stretches: Sequence[tuple[int, int]]) -> float:
    """The level of stretches together in dBFS, -inf where there are none."""
    count = sum(end - start for start, end in stretches)
    if not count:
        return -np.inf
    energy = sum(
        float(np.sum(samples[start:end].astype(np.float64) ** 2)) for start, end in stretches
    )
    return 10 * float(np.log10(energy / count + 1e-20))


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(flags, prepend=False, append=False))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _smoothed(values: np.ndarray) -> np.ndarray:
    """Frames smoothed with weights 1/4, 1/2, 1/4."""
    padded = np.concatenate([values[:1], values, values[-1:]])
    return 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]


def _hann_kernel(width: int) -> np.ndarray:
    kernel: npt.NDArray[np.float64] = np.hanning(width + 2)[1:-1]
    normalised: np.ndarray = kernel / kernel.sum()
    return normalised
