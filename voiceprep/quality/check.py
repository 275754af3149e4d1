"""A check: a measure with its limit, and what to do beyond it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..config import setting
from ..records import Finding


@dataclass(frozen=True)
class FailConfig:
    """Whether what checks find makes a command end with exit code 1."""

    fail_on: Literal["never", "finding"] = setting(
        "never", "exit with 1 when a check finds something", "--fail-on"
    )


@dataclass(frozen=True)
class Measurement:
    """What a check measured: a value, the evidence in words, and the spans in seconds."""

    value: float
    evidence: str = ""
    spans: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Check:
    """A measure with its limit and advice.

    `reads` says what `measure` is given: a sound, a text, a clip (both, with the length) or the
    whole set. It returns a Measurement, or None where it cannot tell. Of a set only small records
    are kept in memory: `keep` extracts what is needed of one thing, None where there is nothing;
    without it the thing is kept as it is. `measure` is given a mapping of ids to what was kept,
    and returns one of ids to Measurements, without those it cannot tell.
    A value is ok up to and at the limit; where `worse` is "below", down to and at it. A measure
    without a limit has an infinite one, which no value exceeds. A finding is a sentence of the
    evidence, `usual` (in which `{limit}` stands for the limit) and `advice`.
    `off` says why a check is off by default; it is empty where it is on. `weight` is "error" where
    a finding teaches a voice something wrong, "warn" where it makes training worse. `fix` is the
    step that removes it, "text" where a person must look at the text, and empty where only leaving
    the clip out helps.
    """

    name: str
    reads: Literal["sound", "text", "clip", "set"]
    measure: Callable[[Any], Any]
    limit: float
    unit: str
    advice: str
    worse: Literal["above", "below"] = "above"
    off: str = ""
    weight: Literal["warn", "error"] = "warn"
    fix: Literal["", "trim", "level", "dehum", "denoise", "offset", "text"] = ""
    keep: Callable[[Any], Any] | None = None
    usual: str = ""

    def is_well(self, value: float) -> bool:
        """Whether a value keeps the limit."""
        return bool(value <= self.limit if self.worse == "above" else value >= self.limit)


def evidence_of(finding: Finding, check: Check) -> str:
    """What was measured, in words; the advice of the check where its measure says nothing."""
    return finding.advice.removesuffix(check.advice).removesuffix(": ") or check.advice


def judge(check: Check, id: str, thing: Any) -> Finding | None:
    """What a check finds in one thing; None where its measure cannot tell."""
    measurement = check.measure(thing)
    return None if measurement is None else judge_measurement(check, id, measurement)


def judge_set(check: Check, kept: Mapping[str, Any]) -> dict[str, Finding]:
    """What a check of the set finds, by id, given what its `keep` returned for every thing."""
    measured = check.measure({id: record for id, record in kept.items() if record is not None})
    return {id: judge_measurement(check, id, found) for id, found in measured.items()}


def judge_measurement(check: Check, id: str, measurement: Measurement) -> Finding:
    """The finding of a check, given what it measured."""
    value = float(measurement.value)
    ok = check.is_well(value)
    facts = ", ".join(filter(None, (measurement.evidence, check.usual.format(limit=check.limit))))
    advice = "" if ok else ": ".join(filter(None, (facts, check.advice)))
    spans = tuple((float(start), float(end)) for start, end in measurement.spans)
    return Finding(id, check.name, value, check.unit, ok, advice, spans)
