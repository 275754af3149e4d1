"""Every clip judged by every check: which are made, with which limits, and what they find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, isnan, nan
from typing import Any

from ..audio import checks as audio
from ..check import Check, judge_reading, judge_set
from ..clip import Clip
from ..config import setting
from ..errors import SettingError, nearest
from ..records import Finding
from ..text import checks as text
from ..text.encode import encode
from ..text.filelist import plain_line
from ..text.lexicon import Lexicon
from ..text.spoken import Spoken
from .examining import Heard

CHECKS = (*audio.CHECKS, *text.CHECKS)
# What reading a file told, among the findings.
FILE = "file"


@dataclass(frozen=True)
class ReportConfig:
    """Which checks are made, with which limits, and what the texts are held against."""

    checks: str = setting(
        "", "checks made though off by default, or left out, as in wada_snr_db,-dc_offset",
        "--checks",
    )  # fmt: skip
    limits: str = setting(
        "", "other limits than a check's own, as in tail_seconds=0.7,hum_db=3", "--limits"
    )
    lexicon: str = setting(
        "", "how words sound, as the CMU dictionary writes it: WORD  SOUND SOUND …", "--lexicon"
    )
    reference: str = setting(
        "", "text of the language, a sentence a line, that sounds and letters are held against; "
        "English by default",
        "--reference",
    )  # fmt: skip

    def __post_init__(self) -> None:
        self.chosen()

    def chosen(self) -> tuple[Check, ...]:
        """The checks that are made, with their limits; raises SettingError."""
        made = {check.name: not check.off for check in CHECKS}
        for name in _parts(self.checks):
            made[_known(name.lstrip("-"), "checks")] = not name.startswith("-")
        limits = dict(_limit(part) for part in _parts(self.limits))
        return tuple(
            replace(check, limit=limits.get(check.name, check.limit))
            for check in CHECKS
            if made[check.name] or check.name in limits
        )


@dataclass(frozen=True)
class Judged:
    """A clip, what was measured of it, its text as it is spoken, and what each check says."""

    clip: Clip
    heard: Heard
    spoken: Spoken | None
    findings: Mapping[str, Finding]

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The findings that are beyond their limits."""
        return tuple(finding for finding in self.findings.values() if not finding.ok)


def judge_clips(
    clips: Sequence[Clip],
    heard: Mapping[str, Heard],
    checks: Sequence[Check],
    cleaner: str,
    lexicon: Lexicon | None,
) -> list[Judged]:
    """The clips that were measured, each with all its findings, in their order."""
    spoken = {clip.id: _spoken(clip, heard[clip.id], cleaner, lexicon) for clip in clips}
    found: dict[str, dict[str, Finding]] = {clip.id: {} for clip in clips}
    for check in checks:
        for id, finding in _judge(check, heard, spoken).items():
            if isfinite(finding.value):
                found[id][check.name] = finding
    for clip in clips:
        if warning := heard[clip.id].warning:
            found[clip.id][FILE] = Finding(clip.id, FILE, 0.0, "", False, warning)
    return [Judged(clip, heard[clip.id], spoken[clip.id], found[clip.id]) for clip in clips]


def _judge(
    check: Check, heard: Mapping[str, Heard], spoken: Mapping[str, Spoken | None]
) -> dict[str, Finding]:
    told: dict[str, Any] = {id: text for id, text in spoken.items() if text is not None}
    if check.reads == "set":
        if check.keep:
            return judge_set(check, {id: heard[id].kept.get(check.name) for id in spoken})
        return judge_set(check, told)
    if check.reads == "sound":
        readings = {id: heard[id].readings.get(check.name) for id in spoken}
    else:
        things = {id: t.encoding if check.reads == "text" else t for id, t in told.items()}
        readings = {id: check.measure(thing) for id, thing in things.items()}
    return {id: judge_reading(check, id, reading) for id, reading in readings.items() if reading}


def _spoken(clip: Clip, heard: Heard, cleaner: str, lexicon: Lexicon | None) -> Spoken | None:
    if clip.text is None:
        return None
    return Spoken(encode(plain_line(clip.text), cleaner), heard.speech_seconds, lexicon)


def _parts(listed: str) -> list[str]:
    return [part.strip() for part in listed.split(",") if part.strip()]


def _limit(part: str) -> tuple[str, float]:
    name, _, told = part.partition("=")
    try:
        value = float(told)
    except ValueError:
        value = nan
    if isnan(value):
        why = f"limits: {part!r} is written CHECK=NUMBER, as in tail_seconds=0.7"
        raise SettingError(why, "limits")
    return _known(name.strip(), "limits"), value


def _known(name: str, key: str) -> str:
    names = [check.name for check in CHECKS]
    if name not in names:
        raise SettingError(f"{key}: there is no check {name!r}: {nearest(name, names)}", key)
    return name
