"""How well the checks do on a person's own clips, with faults of known size put into those."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tomli_w

from ..audio.checks import CHECKS as AUDIO_CHECKS
from ..audio.convert import load_as_is
from ..audio.faults import FAULTS as AUDIO_FAULTS
from ..audio.hearing import Hearing
from ..batch import JobsConfig, Progress, no_progress
from ..check import Check
from ..clip import Clip
from ..config import setting
from ..disk import replacing
from ..errors import SettingError
from ..fault import Fault
from ..measure import Measured, measure_all
from ..score import limit_at, score, scores
from ..text.checks import CHECKS as TEXT_CHECKS
from ..text.encode import TextConfig, encode
from ..text.faults import FAULTS as TEXT_FAULTS
from ..text.lexicon import Lexicon
from ..text.spoken import Spoken
from ..trial import Readings, Tried, cases, gather, read_each, try_sets
from .self_telling import NewLimit, SelfTest, Side

LIMITS = "limits.toml"
# Texts are quick to try, but each takes a look for where its clip speaks.
MOST_TEXTS = 500


@dataclass(frozen=True)
class SelfTestConfig:
    """How the checks are tried on a dataset's own clips."""

    clips: int = setting(60, "clips that faults are put into, drawn by lot")
    false_alarms: float = setting(
        0.02, "share of clean clips that a check may accuse, for limits.toml", "--false-alarms"
    )
    seed: int = setting(0, "which clips are drawn, and where faults are put")

    def __post_init__(self) -> None:
        if self.clips < 1:
            raise SettingError(f"clips = {self.clips}: 1 or more are wanted", "clips")
        if not 0 < self.false_alarms < 1:
            told = f"false_alarms = {self.false_alarms}: a share between 0 and 1 is wanted"
            raise SettingError(told, "false_alarms")
        if self.seed < 0:
            raise SettingError(f"seed = {self.seed}: 0 or more are wanted", "seed")


@dataclass(frozen=True)
class _Heard:
    """What was read of a clip's sound, None where no fault was put into it, and its seconds."""

    readings: Readings | None
    seconds: float
    spoken_seconds: float | None


def self_test(
    dataset: Path,
    clips: Sequence[Clip],
    target: Path,
    config: SelfTestConfig = SelfTestConfig(),
    checks: Sequence[Check] = (*AUDIO_CHECKS, *TEXT_CHECKS),
    text: TextConfig = TextConfig(),  # noqa: B008 (frozen)
    lexicon: Lexicon | None = None,
    jobs: JobsConfig = JobsConfig(),  # noqa: B008 (frozen)
    progress: Progress = no_progress,
) -> SelfTest:
    """Put faults of known size into clips of a dataset, and tell which the checks find.

    `checks` are those of sounds and texts to be tried, with the limits that they have. What a
    check accuses of the clips as they are counts as a false alarm, and is told by id. The limits
    that accuse no more than `config.false_alarms` of the clips go to limits.toml in `target`,
    where there are clips enough to tell.
    """
    drawn = _draw(clips, config)
    names = {check.name for check in AUDIO_CHECKS}
    by_sound = [check for check in checks if check.name in names]
    by_text = [check for check in checks if check.name not in names]
    heard = _hear(dataset, drawn, by_sound, config, jobs, progress)
    readings = {id: row.readings for id, row in heard.values.items() if row.readings}
    spoken = {
        clip.id: Spoken(
            encode(clip.text, text.cleaner), heard.values[clip.id].spoken_seconds, lexicon
        )
        for clip in drawn
        if clip.text is not None and clip.id in heard.values
    }
    sounds = gather(readings, by_sound, AUDIO_FAULTS, config.seed)
    texts = try_texts(spoken, by_text, TEXT_FAULTS, text.cleaner, config.seed)
    sides = (
        Side(by_sound, AUDIO_FAULTS, sounds),
        Side(by_text, TEXT_FAULTS, texts),
    )
    limits = tuple(limit for side in sides for limit in _limits(side, config.false_alarms))
    path = _write_limits(target / LIMITS, limits) if limits else None
    seconds = sum(heard.values[id].seconds for id in readings)
    return SelfTest(
        sides=sides,
        sounds=len(readings),
        texts=len(spoken),
        clips=len(clips),
        seconds=seconds,
        share=config.false_alarms,
        limits=limits,
        limits_path=path,
        troubles=heard.troubles,
    )


def _draw(clips: Sequence[Clip], config: SelfTestConfig) -> list[Clip]:
    """Some clips by lot, as many as texts are tried; sounds are tried of the first of them."""
    ordered = sorted(clips, key=lambda clip: clip.id)
    places = np.random.default_rng(config.seed).permutation(len(ordered))
    return [ordered[place] for place in places[: max(config.clips, MOST_TEXTS)]]


def _hear(
    dataset: Path,
    drawn: Sequence[Clip],
    checks: Sequence[Check],
    config: SelfTestConfig,
    jobs: JobsConfig,
    progress: Progress,
) -> Measured[_Heard]:
    """What the checks read of the sounds that faults are put into, and where all have speech."""
    spoilt = {clip.id for clip in drawn[: config.clips]}
    wanted = {
        clip.id: dataset / clip.path for clip in drawn if clip.id in spoilt or clip.text is not None
    }
    ids = {path: id for id, path in wanted.items()}

    def hear(path: Path) -> _Heard:
        sound = load_as_is(path).sound
        speech = Hearing(sound).speech
        spoken = speech.seconds - speech.lead - speech.tail if speech else None
        id = ids[path]
        if id not in spoilt:
            return _Heard(None, sound.seconds, spoken)
        readings = read_each(id, sound, checks, AUDIO_FAULTS, config.seed, Hearing)
        return _Heard(readings, sound.seconds, spoken)

    return measure_all(wanted, hear, jobs, progress)


def try_texts(
    spoken: Mapping[str, Spoken],
    checks: Sequence[Check],
    faults: Sequence[Fault],
    cleaner: str,
    seed: int,
) -> Tried:
    """What checks read of texts and their times, and of those with faults; see `try_sets`."""
    texts = {id: row.encoding.text for id, row in spoken.items()}

    def spoil(fault: Fault, size: float, random: np.random.Generator) -> dict[str, Spoken]:
        after = fault.inject(texts, size, random)
        changed = [id for id in texts if after[id] != texts[id]]
        return {id: replace(spoken[id], encoding=encode(after[id], cleaner)) for id in changed}

    return try_sets(spoken, [_reading_spoken(check) for check in checks], faults, spoil, seed)


def _reading_spoken(check: Check) -> Check:
    """The check, given a Spoken whatever it reads."""
    if check.reads != "text":
        return check
    return replace(check, measure=lambda spoken: check.measure(spoken.encoding))


def _limits(side: Side, share: float) -> list[NewLimit]:
    """The limits of a stated share of false alarms, where they differ in anything tried."""
    limits = []
    for check in side.checks:
        rows = list(cases([check], side.faults))
        told = any(value is not None for value in side.tried.clean[check.name].values())
        limit = limit_at(check, side.tried.clean[check.name].values(), share) if rows else None
        if limit is None or not told or limit == check.limit:
            continue
        moved = replace(check, limit=limit)
        before = scores(side.tried, [check], side.faults)
        after = [score(moved, row.fault, row.size, side.tried) for row in before]
        if [(row.recall, row.alarms) for row in before] != [(r.recall, r.alarms) for r in after]:
            limits.append(NewLimit(check, limit, tuple(before), tuple(after)))
    return limits


def _write_limits(path: Path, limits: Sequence[NewLimit]) -> Path:
    """The limits as a preset that `voiceprep report --preset` takes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    told = ",".join(f"{limit.check.name}={limit.limit!r}" for limit in limits)
    with replacing(path) as temporary:
        temporary.write_text(tomli_w.dumps({"report": {"limits": told}}), encoding="utf-8")
    return path
