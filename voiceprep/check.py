"""A check: a measure of one thing, its limit, and what to do beyond it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .config import setting
from .records import Finding


@dataclass(frozen=True)
class FailConfig:
    """Whether what checks find makes a command end with exit code 1."""

    fail_on: Literal["never", "finding"] = setting(
        "never", "exit with 1 where a check finds something", "--fail-on"
    )


@dataclass(frozen=True)
class Reading:
    """What a measure read: its value, the evidence in words, and where it lies, in seconds."""

    value: float
    evidence: str = ""
    spans: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Check:
    """A measure with its limit and advice.

    `reads` says what `measure` is given: a sound, a text, a clip (both, with the length) or the
    whole set. It returns a Reading, or None where it cannot tell. Of a set no more than small
    records are held in memory: `keep` takes what is needed of one thing, None where there is
    nothing to take; without it the thing is kept as it is. `measure` is given a mapping from ids
    to what was kept, and returns one from ids to readings, without those of which it cannot tell.
    A value is well up to the limit and at it; where `worse` is "below", down to it and at it.
    `off` says why a check is not made by default; it is empty where it is. `weight` is "error"
    where what it finds teaches a voice something wrong, "warn" where it teaches it less well.
    `mend` is the step that takes it away, "text" where that is a look at the text, and empty where
    nothing but leaving the clip out does.
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
    mend: Literal["", "trim", "level", "dehum", "denoise", "offset", "text"] = ""
    keep: Callable[[Any], Any] | None = None

    def is_well(self, value: float) -> bool:
        """Whether a value keeps the limit."""
        return bool(value <= self.limit if self.worse == "above" else value >= self.limit)


def judge(check: Check, id: str, thing: Any) -> Finding | None:
    """What a check finds in one thing; None where its measure cannot tell."""
    reading = check.measure(thing)
    return None if reading is None else judge_reading(check, id, reading)


def judge_set(check: Check, kept: Mapping[str, Any]) -> dict[str, Finding]:
    """What a check of the set finds, by id, given what its `keep` took of every thing."""
    readings = check.measure({id: record for id, record in kept.items() if record is not None})
    return {id: judge_reading(check, id, reading) for id, reading in readings.items()}


def judge_reading(check: Check, id: str, reading: Reading) -> Finding:
    """What a check says to something that was read before."""
    value = float(reading.value)
    ok = check.is_well(value)
    evidence = f"{reading.evidence}: " if reading.evidence else ""
    advice = "" if ok else f"{evidence}{check.advice}"
    spans = tuple((float(start), float(end)) for start, end in reading.spans)
    return Finding(id, check.name, value, check.unit, ok, advice, spans)
