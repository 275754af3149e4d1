"""A check: a measure with its limit, and what to do beyond it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..config import setting
from ..records import Finding

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


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
class Undecided:
    """Why a check cannot tell, as a clause that follows the name of the clip."""

    reason: str


Reading = Measurement | Undecided
"""What a check says of one thing."""


@dataclass(frozen=True)
class Check:
    """A measure with its limit and advice.

    `reads` says what `measure` is given: a sound, a text, a clip (both, with the length) or the
    whole set. It returns a Measurement, Undecided where it cannot tell, and None where there is
    nothing to judge. Of a set only small records are kept in memory: `keep` extracts what is needed
    of one thing, or says Undecided; it returns None where there is nothing, and without it the
    thing is kept as it is. `measure` is given a mapping of ids to what was kept, and returns one of
    ids to what it says of them.
    A value is ok up to and at the limit; where `worse` is "below", down to and at it. A measure
    without a limit has an infinite one, which no value exceeds. A finding is a sentence of the
    evidence, `usual` (in which `{limit}` stands for the limit) and `advice`.
    `off` says why a check is off by default; it is empty where it is on. `weight` is "error" where
    a finding teaches a voice something wrong, "warn" where it makes training worse. `fix` is the
    step that removes it, "text" where a person must look at the text, and empty where only leaving
    the clip out helps. `shared` says what it means for training where most clips of a voice are
    beyond the limit alike, so that it is a property of the voice and not a fault of each clip; it
    is empty where a fault is one however many clips have it.
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
    shared: str = ""

    def is_well(self, value: float) -> bool:
        """Whether a value keeps the limit."""
        return bool(value <= self.limit if self.worse == "above" else value >= self.limit)


def without_numbers(sentence: str) -> str:
    """A sentence without its numbers, by which those of one kind are alike."""
    return _NUMBER.sub("", sentence)


def count_kinds(sentences: Iterable[str]) -> list[tuple[str, int]]:
    """How many sentences there are of each kind, as the first of it has it, the most first."""
    counts, first = Counter[str](), dict[str, str]()
    for sentence in sentences:
        kind = without_numbers(sentence)
        counts[kind] += 1
        first.setdefault(kind, sentence)
    return [(first[kind], count) for kind, count in counts.most_common()]


def evidence_of(finding: Finding, check: Check) -> str:
    """What was measured, in words; the advice of the check where its measure says nothing."""
    return finding.advice.removesuffix(check.advice).removesuffix(": ") or check.advice


def judge(check: Check, id: str, thing: Any) -> Finding | Undecided | None:
    """What a check finds in one thing; None where there is nothing to judge."""
    return judge_reading(check, id, check.measure(thing))


def judge_set(check: Check, kept: Mapping[str, Any]) -> dict[str, Finding | Undecided]:
    """What a check of the set finds, by id, given what its `keep` returned for every thing."""
    unknown = {id: record for id, record in kept.items() if isinstance(record, Undecided)}
    known = {
        id: record
        for id, record in kept.items()
        if record is not None and not isinstance(record, Undecided)
    }
    read: dict[str, Reading] = unknown | check.measure(known)
    return {
        id: one if isinstance(one, Undecided) else judge_measurement(check, id, one)
        for id, one in read.items()
    }


def judge_reading(check: Check, id: str, read: Reading | None) -> Finding | Undecided | None:
    """The finding of a measurement; what is undecided stays so."""
    return judge_measurement(check, id, read) if isinstance(read, Measurement) else read


def judge_measurement(check: Check, id: str, measurement: Measurement) -> Finding:
    """The finding of a check, given what it measured."""
    value = float(measurement.value)
    ok = check.is_well(value)
    facts = ", ".join(filter(None, (measurement.evidence, check.usual.format(limit=check.limit))))
    advice = "" if ok else ": ".join(filter(None, (facts, check.advice)))
    spans = tuple((float(start), float(end)) for start, end in measurement.spans)
    return Finding(id, check.name, value, check.unit, ok, advice, spans)
