"""Voice activity detection: the speech in a clip, and its room tone.

Every 5 ms the levels in 24 bands are compared with the mean and spread of the room tone, both
estimated from the clip: so a soft f is found in a quiet room, and loud hum is not speech. Digital
silence and a fade to it do not count as room tone: beside them the real one would pass for sound.
Frames that stand out form islands of sound. webrtcvad decides which of them are voice; others
belong to the speech where they are close to it, as a final s or t, unlike a breath or a click.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import soxr

from ..config import setting
from ..errors import SettingError, Unusable
from .background import Background
from .band_levels import HOP_SECONDS, band_edges, band_powers, hop_length
from .bursts import with_bursts
from .other_sounds import doubtful_ends
from .quantiles import quantile
from .room import SOUND, Room, Spans, find_room, runs
from .sound import Sound

# In widths above the room tone: what is sound for sure.
SURE = 6.0
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
    in dBFS. `uncertain_start` and `uncertain_end` say why speech may begin later or end earlier;
    they are empty where it is known. `others` are sounds before and after the speech, nearly as
    loud, that are or may be something else, in seconds; those that may be speech are in `spans`.
    """

    seconds: float
    spans: tuple[tuple[float, float], ...]
    quiet: tuple[tuple[int, int], ...] = field(default=())
    floor_db: float = -np.inf
    uncertain_start: str = ""
    uncertain_end: str = ""
    others: tuple[tuple[float, float], ...] = ()

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
    powers, silent = band_powers(sound)
    voice = _voiced(sound, len(powers))
    room = find_room(powers, silent)
    low = int(np.searchsorted(band_edges(sound.rate), LOW_HZ))
    kept = _speech_islands(powers, room, voice, low)
    if not kept:
        raise Unusable("no speech found in it", sound.seconds)
    background = Background.around(powers, silent, room)
    doubted = uncertain = background.doubted(kept)
    if any(doubted) and background.comparable:
        unsteady = room.with_unsteady(background.before | background.after)
        inner = _speech_islands(powers, unsteady, voice, low)
        if inner:
            uncertain = background.decide(inner, kept)
            sure = [not (doubt or background.restless) for doubt in doubted]
            kept = _with_outer(inner, kept, *np.logical_or(uncertain, sure))
            room = unsteady
    kept = with_bursts(kept, _islands(background.room), background)
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
    floor_db = _level_db(sound.samples, quiet)
    doubtful = doubtful_ends(kept, room, voice)
    start, end = (_reason(*each) for each in zip(uncertain, doubtful, strict=True))
    others = _seconds([*_apart(kept, background, room), *doubtful[0], *doubtful[1]])
    return SpeechActivity(sound.seconds, spans, quiet, floor_db, start, end, others)


def _reason(uncertain: bool, doubtful: Spans) -> str:
    """Why an end of the speech is uncertain, empty where it is not."""
    if doubtful:
        ((start, end),) = _seconds([(doubtful[0][0], doubtful[-1][1])])
        return f"the {end - start:.2f} s of sound at {start:.2f} s may not be speech"
    return "its background is like speech" if uncertain else ""


def _seconds(spans: Spans) -> tuple[tuple[float, float], ...]:
    return tuple(
        (round(start * HOP_SECONDS, 3), round(end * HOP_SECONDS, 3)) for start, end in sorted(spans)
    )


def _apart(kept: Spans, background: Background, room: Room) -> Spans:
    """The islands before and after the speech that are nearly as loud."""
    return [
        (start, end)
        for start, end in _islands(room)
        if (end <= kept[0][0] or start >= kept[-1][1]) and background.is_loud(start, end)
    ]


def _with_outer(inner: Spans, outer: Spans, start: bool, end: bool) -> Spans:
    """The inner spans, with what the outer ones have before the start and after the end."""
    first, last = inner[0][0], inner[-1][1]
    before = [(one, min(other, first)) for one, other in outer if one < first]
    after = [(max(one, last), other) for one, other in outer if other > last]
    spans = [*(before if start else []), *inner, *(after if end else [])]
    joined = spans[:1]
    for one, other in spans[1:]:
        if one <= joined[-1][1]:
            joined[-1] = (joined[-1][0], other)
        else:
            joined.append((one, other))
    return joined


def _voiced(sound: Sound, count: int) -> np.ndarray:
    """Which frames webrtcvad classifies as voice, in its strictest mode."""
    import webrtcvad

    samples = soxr.resample(sound.samples, sound.rate, VAD_RATE, quality="LQ")
    loud = float(quantile(np.abs(samples[::8]), 0.99)) if len(samples) else 0.0
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


def _speech_islands(
    powers: np.ndarray, room: Room, voice: np.ndarray, low: int
) -> list[tuple[int, int]]:
    """The frames of speech, in order, that stand out of a room tone."""
    islands = _islands(room)
    return _belonging(islands, _spoken(islands, powers, room, voice, low))


def _islands(room: Room) -> list[tuple[int, int]]:
    """The runs of frames that stand out of the room tone, joined over short gaps."""
    islands: list[tuple[int, int]] = []
    for start, end in runs(room.excess > SOUND):
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
    room: Room,
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
        float(quantile(low_db[speaking], 0.9)) - VOICE_RANGE_DB,
        10 * float(np.log10(floor[:low].sum())) + VOICE_ABOVE_DB,
    )
    voiced = voice & sure & (low_db > reach)
    loud = all_db > quantile(all_db[speaking], 0.9) - LOUD_RANGE_DB
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


def _without_voice(room: Room, powers: np.ndarray, voice: np.ndarray) -> np.ndarray:
    """The frames that are certainly room tone: without a pause, even the quietest hold speech."""
    levels = 10 * np.log10(powers.sum(axis=1))
    near = levels > quantile(levels, 0.9) - LOUD_RANGE_DB
    sure: np.ndarray = room.frames & (room.excess < SOUND) & ~(voice & near)
    return sure


def _quiet_stretches(sound: Sound, frames: np.ndarray) -> tuple[tuple[int, int], ...]:
    """The runs of room tone frames, in samples, the quietest first."""
    hop = hop_length(sound.rate)
    stretches = [
        (start * hop, min((end - 1) * hop, len(sound.samples)))
        for start, end in runs(frames)
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
