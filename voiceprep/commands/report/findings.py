"""Runs the checks on every clip: which checks, with which limits, and their findings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, isnan, nan

from ...audio import checks as audio
from ...clip import Clip
from ...config import setting
from ...errors import SettingError, nearest
from ...quality.check import Check, Undecided, judge_reading, judge_set, without_numbers
from ...quality.properties import FEWEST_CLIPS, VoiceProperty, find_property
from ...records import Finding
from ...text import checks as text
from ...text.filelist import plain_line
from ...text.frontends import TextFrontend
from ...text.lexicon import Lexicon
from ...text.spoken import SpokenText
from .measure import SoundMeasurements

CHECKS = (*audio.CHECKS, *text.CHECKS)
# The check name of a finding that comes from reading the file.
FILE = "file"
# What reading found is no measurement; as a check it can be a property of the set.
FILE_CHECK = Check(
    name=FILE,
    reads="sound",
    measure=lambda _: None,
    limit=0.0,
    unit="",
    advice="",
    shared="reading handles it, as `voiceprep convert` does; look for its cause where the files "
    "were made",
)
# The clips without a speaker, and those of speakers who have too few to be compared.
OTHER_SPEAKERS = "other speakers"


@dataclass(frozen=True)
class ReportConfig:
    """Which checks run, with which limits, and the references for the texts."""

    checks: str = setting(
        "", "checks to run that are off by default, or with - to leave out, as in "
        "wada_snr_db,-dc_offset",
        "--checks",
    )  # fmt: skip
    limits: str = setting(
        "", "limits that replace those of the checks, as in tail_seconds=0.7,hum_db=-55", "--limits"
    )
    lexicon: str = setting(
        "", "pronunciation lexicon in the format of the CMU dictionary: WORD  PHONEME PHONEME …",
        "--lexicon",
    )  # fmt: skip
    reference: str = setting(
        "", "reference text of the language, one sentence per line, for coverage and sentences to "
        "record; by default a table of English, where the texts are English",
        "--reference",
    )  # fmt: skip

    def __post_init__(self) -> None:
        self.chosen()

    def chosen(self) -> tuple[Check, ...]:
        """The checks to run, with their limits; raises SettingError.

        A limit that is given holds for every clip: what is beyond it is no property of the voice.
        """
        enabled = {check.name: not check.off for check in CHECKS}
        for name in _parts(self.checks):
            enabled[_known(name.lstrip("-"), "checks")] = not name.startswith("-")
        limits = dict(_limit(part) for part in _parts(self.limits))
        return tuple(
            replace(check, limit=limits[check.name], shared="") if check.name in limits else check
            for check in CHECKS
            if enabled[check.name] or check.name in limits
        )


@dataclass(frozen=True)
class JudgedClip:
    """A clip, its measurements, its text as it is spoken, and the finding of each check.

    `undecided` has the reasons of the checks that cannot tell; `shared` names the checks whose
    finding is a property of the voice.
    """

    clip: Clip
    sound: SoundMeasurements
    spoken: SpokenText | None
    findings: Mapping[str, Finding]
    undecided: Mapping[str, str]
    shared: frozenset[str] = frozenset()

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The findings that are beyond their limits, without those that the voice shares."""
        return tuple(
            finding
            for name, finding in self.findings.items()
            if not finding.ok and name not in self.shared
        )


def judge_clips(
    clips: Sequence[Clip],
    sounds: Mapping[str, SoundMeasurements],
    checks: Sequence[Check],
    frontend: TextFrontend,
    lexicon: Lexicon | None,
) -> list[JudgedClip]:
    """The clips, in their order, each with the findings of all checks."""
    texts = _spoken_texts(clips, sounds, frontend, lexicon)
    found: dict[str, dict[str, Finding]] = {clip.id: {} for clip in clips}
    undecided: dict[str, dict[str, str]] = {clip.id: {} for clip in clips}
    for check in checks:
        for id, finding in _judge(check, sounds, texts).items():
            if isinstance(finding, Undecided):
                undecided[id][check.name] = finding.reason
            elif finding is not None and isfinite(finding.value):
                found[id][check.name] = finding
    for clip in clips:
        if warning := sounds[clip.id].warning:
            found[clip.id][FILE] = Finding(clip.id, FILE, 0.0, "", False, warning)
    return [
        JudgedClip(clip, sounds[clip.id], texts[clip.id], found[clip.id], undecided[clip.id])
        for clip in clips
    ]


def share_findings(
    clips: Sequence[JudgedClip], checks: Sequence[Check]
) -> tuple[list[JudgedClip], tuple[VoiceProperty, ...]]:
    """The clips, with what their voice shares, and the properties of the voices.

    Speakers of too few clips to have a property are taken together.
    """
    counts = Counter(row.clip.speaker for row in clips)
    voices: dict[str, list[JudgedClip]] = {}
    for row in clips:
        alone = row.clip.speaker and counts[row.clip.speaker] >= FEWEST_CLIPS
        voices.setdefault((alone and row.clip.speaker) or OTHER_SPEAKERS, []).append(row)
    found = [
        find_property(check, _findings_of(check, rows), speaker if len(voices) > 1 else "")
        for check in checks
        for speaker, rows in voices.items()
    ]
    found += [
        find_property(FILE_CHECK, _warnings(rows), speaker if len(voices) > 1 else "")
        for speaker, rows in voices.items()
    ]
    properties = tuple(one for one in found if one)
    shared: dict[str, set[str]] = {row.clip.id: set() for row in clips}
    for one in properties:
        for id in one.ids:
            shared[id].add(one.check)
    return [replace(row, shared=frozenset(shared[row.clip.id])) for row in clips], properties


def _findings_of(check: Check, clips: Sequence[JudgedClip]) -> dict[str, Finding]:
    return {row.clip.id: row.findings[check.name] for row in clips if check.name in row.findings}


def _warnings(clips: Sequence[JudgedClip]) -> dict[str, Finding]:
    """For every clip what reading found, where it is the commonest, whatever its numbers."""
    kinds = {
        row.clip.id: without_numbers(row.findings[FILE].advice)
        for row in clips
        if FILE in row.findings
    }
    commonest = max(Counter(kinds.values()).items(), key=lambda one: one[1], default=("", 0))[0]
    return {
        row.clip.id: row.findings[FILE]
        if kinds.get(row.clip.id) == commonest
        else Finding(row.clip.id, FILE, 0.0, "", True)
        for row in clips
    }


def _judge(
    check: Check, sounds: Mapping[str, SoundMeasurements], texts: Mapping[str, SpokenText | None]
) -> Mapping[str, Finding | Undecided | None]:
    known = {id: text for id, text in texts.items() if text is not None}
    if check.reads == "set":
        if check.keep:
            return judge_set(check, {id: sounds[id].kept.get(check.name) for id in texts})
        return judge_set(check, known)
    if check.reads == "sound":
        measured = {id: sounds[id].by_check.get(check.name) for id in texts}
    elif check.reads == "text":
        measured = {id: check.measure(text.encoding) for id, text in known.items()}
    else:
        measured = {id: check.measure(text) for id, text in known.items()}
    return {id: judge_reading(check, id, value) for id, value in measured.items()}


def _spoken_texts(
    clips: Sequence[Clip],
    sounds: Mapping[str, SoundMeasurements],
    frontend: TextFrontend,
    lexicon: Lexicon | None,
) -> dict[str, SpokenText | None]:
    lines = {clip.id: plain_line(clip.text) for clip in clips if clip.text is not None}
    encodings = dict(zip(lines, frontend.encode_all([*lines.values()]), strict=True))
    spoken = {
        id: SpokenText(encoding, sounds[id].speech_seconds, lexicon)
        for id, encoding in encodings.items()
    }
    return {clip.id: spoken.get(clip.id) for clip in clips}


def _parts(listed: str) -> list[str]:
    return [part.strip() for part in listed.split(",") if part.strip()]


def _limit(part: str) -> tuple[str, float]:
    name, _, number = part.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = nan
    if isnan(value):
        why = f"limits: {part!r} must be CHECK=NUMBER, as in tail_seconds=0.7"
        raise SettingError(why, "limits")
    return _known(name.strip(), "limits"), value


def _known(name: str, key: str) -> str:
    names = [check.name for check in CHECKS]
    if name not in names:
        raise SettingError(f"{key}: there is no check {name!r}: {nearest(name, names)}", key)
    return name
