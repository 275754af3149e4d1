"""Tests the checks on a dataset's own clips, into which faults of known size are injected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tomli_w

from ...audio.checks import CHECKS as AUDIO_CHECKS
from ...audio.convert import load_as_is
from ...audio.faults import FAULTS as AUDIO_FAULTS
from ...audio.features import AudioFeatures
from ...batch.measure import Measured, measure_all
from ...batch.run import JobsConfig, Progress, no_progress
from ...clip import Clip
from ...config import setting
from ...errors import SettingError
from ...files import replacing
from ...quality.check import Check
from ...quality.fault import Fault
from ...quality.score import limit_at, score, scores
from ...quality.trial import Measurements, TrialResult, cases, gather, read_each, try_sets
from ...text.checks import CHECKS as TEXT_CHECKS
from ...text.encode import TextConfig
from ...text.faults import FAULTS as TEXT_FAULTS
from ...text.frontends import TextFrontend, make_frontend
from ...text.lexicon import Lexicon
from ...text.spoken import SpokenText
from .self_test_result import CheckTrials, NewLimit, SelfTest

LIMITS = "limits.toml"
# Texts are quick to test, but the speech of each clip must be found.
MOST_TEXTS = 500


@dataclass(frozen=True)
class SelfTestConfig:
    """How the checks are tested on a dataset's own clips."""

    clips: int = setting(60, "number of randomly drawn clips into which faults are injected")
    false_alarms: float = setting(
        0.02, "share of clean clips that a check may flag, for limits.toml", "--false-alarms"
    )
    seed: int = setting(0, "random seed: which clips are drawn, and where faults are injected")

    def __post_init__(self) -> None:
        if self.clips < 1:
            raise SettingError(f"clips = {self.clips}: must be at least 1", "clips")
        if not 0 < self.false_alarms < 1:
            why = f"false_alarms = {self.false_alarms}: must be between 0 and 1"
            raise SettingError(why, "false_alarms")
        if self.seed < 0:
            raise SettingError(f"seed = {self.seed}: must be at least 0", "seed")


@dataclass(frozen=True)
class _SoundTrial:
    """A clip's measurements, None where no fault was injected, and its seconds."""

    measurements: Measurements | None
    seconds: float
    speech_seconds: float | None


def self_test(
    dataset: Path,
    clips: Sequence[Clip],
    target: Path,
    config: SelfTestConfig = SelfTestConfig(),
    checks: Sequence[Check] = (*AUDIO_CHECKS, *TEXT_CHECKS),
    text: TextConfig = TextConfig(),
    lexicon: Lexicon | None = None,
    jobs: JobsConfig = JobsConfig(),
    progress: Progress = no_progress,
) -> SelfTest:
    """Inject faults of known size into clips of a dataset, and measure which the checks find.

    `checks` are the checks of sounds and texts to test, with their limits. A clip that a check
    flags without an injected fault counts as a false alarm and is listed by id. The limits that
    flag at most `config.false_alarms` of the clips are written to limits.toml in `target`, where
    there are enough clips to estimate them.
    """
    drawn = _draw(clips, config)
    names = {check.name for check in AUDIO_CHECKS}
    by_sound = [check for check in checks if check.name in names]
    by_text = [check for check in checks if check.name not in names]
    tried = _try_sounds(dataset, drawn, by_sound, config, jobs, progress)
    measured = {id: row.measurements for id, row in tried.values.items() if row.measurements}
    frontend = make_frontend(text, (clip.text for clip in clips if clip.text))
    lines = {
        clip.id: clip.text for clip in drawn if clip.text is not None and clip.id in tried.values
    }
    encodings = frontend.encode_all(list(lines.values()))
    spoken = {
        id: SpokenText(encoding, tried.values[id].speech_seconds, lexicon)
        for id, encoding in zip(lines, encodings, strict=True)
    }
    sounds = gather(measured, by_sound, AUDIO_FAULTS, config.seed)
    texts = try_texts(spoken, by_text, TEXT_FAULTS, frontend, config.seed)
    trials = (
        CheckTrials(by_sound, AUDIO_FAULTS, sounds),
        CheckTrials(by_text, TEXT_FAULTS, texts),
    )
    limits = tuple(limit for trial in trials for limit in _limits(trial, config.false_alarms))
    path = _write_limits(target / LIMITS, limits) if limits else None
    seconds = sum(tried.values[id].seconds for id in measured)
    return SelfTest(
        trials=trials,
        sounds=len(measured),
        texts=len(spoken),
        clips=len(clips),
        seconds=seconds,
        share=config.false_alarms,
        limits=limits,
        limits_path=path,
        troubles=tried.troubles,
    )


def _draw(clips: Sequence[Clip], config: SelfTestConfig) -> list[Clip]:
    """A random sample of the clips: the texts of all are tested, the sounds of the first ones."""
    ordered = sorted(clips, key=lambda clip: clip.id)
    places = np.random.default_rng(config.seed).permutation(len(ordered))
    return [ordered[place] for place in places[: max(config.clips, MOST_TEXTS)]]


def _try_sounds(
    dataset: Path,
    drawn: Sequence[Clip],
    checks: Sequence[Check],
    config: SelfTestConfig,
    jobs: JobsConfig,
    progress: Progress,
) -> Measured[_SoundTrial]:
    """Measure the clips with and without faults, and the seconds of speech in all of them."""
    corrupted = {clip.id for clip in drawn[: config.clips]}
    paths = {
        clip.id: dataset / clip.path
        for clip in drawn
        if clip.id in corrupted or clip.text is not None
    }
    ids = {path: id for id, path in paths.items()}

    def try_sound(path: Path) -> _SoundTrial:
        sound = load_as_is(path).sound
        speech = AudioFeatures(sound).speech
        seconds = speech.seconds - speech.lead - speech.tail if speech else None
        id = ids[path]
        if id not in corrupted:
            return _SoundTrial(None, sound.seconds, seconds)
        measured = read_each(id, sound, checks, AUDIO_FAULTS, config.seed, AudioFeatures)
        return _SoundTrial(measured, sound.seconds, seconds)

    return measure_all(paths, try_sound, jobs, progress)


def try_texts(
    spoken: Mapping[str, SpokenText],
    checks: Sequence[Check],
    faults: Sequence[Fault],
    frontend: TextFrontend,
    seed: int,
) -> TrialResult:
    """The results of checks on texts, clean and with faults; see `try_sets`."""
    texts = {id: row.encoding.text for id, row in spoken.items()}

    def corrupt(fault: Fault, size: float, rng: np.random.Generator) -> dict[str, SpokenText]:
        after = fault.inject(texts, size, rng)
        changed = [id for id in texts if after[id] != texts[id]]
        encodings = frontend.encode_all([after[id] for id in changed])
        pairs = zip(changed, encodings, strict=True)
        return {id: replace(spoken[id], encoding=encoding) for id, encoding in pairs}

    return try_sets(spoken, [_on_spoken(check) for check in checks], faults, corrupt, seed)


def _on_spoken(check: Check) -> Check:
    """The check as one that measures a SpokenText, also where it reads its encoding only."""
    if check.reads != "text":
        return check
    return replace(check, measure=lambda spoken: check.measure(spoken.encoding))


def _limits(trials: CheckTrials, share: float) -> list[NewLimit]:
    """The limits for a stated share of false alarms, where they change any result."""
    limits = []
    for check in trials.checks:
        rows = list(cases([check], trials.faults))
        clean = trials.result.clean[check.name].values()
        measured = any(value is not None for value in clean)
        limit = limit_at(check, clean, share) if rows else None
        if limit is None or not measured or limit == check.limit:
            continue
        moved = replace(check, limit=limit)
        before = scores(trials.result, [check], trials.faults)
        after = [score(moved, row.fault, row.size, trials.result) for row in before]
        if [(row.recall, row.alarms) for row in before] != [(r.recall, r.alarms) for r in after]:
            limits.append(NewLimit(check, limit, tuple(before), tuple(after)))
    return limits


def _write_limits(path: Path, limits: Sequence[NewLimit]) -> Path:
    """The limits as a preset that `voiceprep report --preset` takes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = ",".join(f"{limit.check.name}={limit.limit!r}" for limit in limits)
    with replacing(path) as temporary:
        temporary.write_text(tomli_w.dumps({"report": {"limits": text}}), encoding="utf-8")
    return path
