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
class Check:
    """A measure with its limit and advice.

    `reads` says what `measure` is given: a sound, a text, a clip (both, with the length) or the
    values of the whole set. `measure` returns the value and the evidence, in words.
    """

    name: str
    reads: Literal["sound", "text", "clip", "set"]
    measure: Callable[[Any], tuple[float, str]]
    limit: float
    unit: str
    advice: str


def judge(check: Check, id: str, thing: Any) -> Finding:
    """What a check finds in one thing; it is well where the value does not exceed the limit."""
    value, evidence = check.measure(thing)
    ok = value <= check.limit
    advice = "" if ok else f"{evidence}: {check.advice}"
    return Finding(id, check.name, value, check.unit, ok, advice)
