"""A check: a measure of one thing, its limit, and what to do beyond it."""

from collections.abc import Callable
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
    values of the whole set. `measure` returns None where it cannot tell. A value is well up to
    the limit and at it; where `worse` is "below", down to it and at it. `off` says why a check
    is not made by default; it is empty where it is.
    """

    name: str
    reads: Literal["sound", "text", "clip", "set"]
    measure: Callable[[Any], Reading | None]
    limit: float
    unit: str
    advice: str
    worse: Literal["above", "below"] = "above"
    off: str = ""

    def is_well(self, value: float) -> bool:
        """Whether a value keeps the limit."""
        return value <= self.limit if self.worse == "above" else value >= self.limit


def judge(check: Check, id: str, thing: Any) -> Finding | None:
    """What a check finds in one thing; None where its measure cannot tell."""
    reading = check.measure(thing)
    if reading is None:
        return None
    ok = check.is_well(reading.value)
    evidence = f"{reading.evidence}: " if reading.evidence else ""
    advice = "" if ok else f"{evidence}{check.advice}"
    return Finding(id, check.name, reading.value, check.unit, ok, advice, reading.spans)
