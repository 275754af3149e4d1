"""Trials of checks: how often they find faults of known size, and how often they flag clean things.

Faults are injected into things that are assumed to be clean, and checks measure them before and
after. What a check flags before is a false alarm, although it may be right: a user's clips have
faults of their own.

Of a set a tenth of the things is corrupted at a time, in ten rounds, so that each is corrupted once
among others that are not.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from zlib import crc32

import numpy as np

from ..errors import Unusable
from .check import Check, Measurement, Reading, Undecided
from .fault import Fault

# One thing of so many is corrupted at a time in a set.
GROUP = 10
# The suffix of the id of a thing that was added to a set beside its original.
INSERTED_SUFFIX = "\0"

Key = tuple[str, str, float]
"""A check, a fault and its size."""
Value = float | None
"""What a check measures, None where it cannot tell."""


@dataclass(frozen=True)
class Measurements:
    """What checks measured of one thing, clean and with each fault.

    For a check of the set it is what its `keep` returned.
    """

    clean: dict[str, Any]
    corrupted: dict[Key, Any]


@dataclass(frozen=True)
class TrialResult:
    """What checks measured of all things, and of the corrupted ones, each with its id."""

    clean: dict[str, dict[str, Value]]
    corrupted: dict[Key, list[tuple[str, Value]]]


def read_each(
    id: str,
    thing: Any,
    checks: Sequence[Check],
    faults: Sequence[Fault],
    seed: int,
    view: Callable[[Any], Any] = lambda thing: thing,
) -> Measurements:
    """What checks measure of a thing, clean and with each size of each fault they should find.

    `view` makes of a thing what checks are given. A fault that the thing cannot have, for which
    `inject` raises Unusable, is left out.
    """
    by_name = {check.name: check for check in checks}
    viewed = view(thing)
    clean = {check.name: _read(check, viewed) for check in checks}
    corrupted: dict[Key, Any] = {}
    for fault in faults:
        finders = [by_name[name] for name in fault.found_by if name in by_name]
        for size in fault.sizes if finders else ():
            try:
                made = view(fault.inject(thing, size, trial_rng(seed, id, fault, size)))
            except Unusable:
                continue
            corrupted |= {(check.name, fault.name, size): _read(check, made) for check in finders}
    return Measurements(clean, corrupted)


def gather(
    measured: Mapping[str, Measurements],
    checks: Sequence[Check],
    faults: Sequence[Fault],
    seed: int,
) -> TrialResult:
    """The trial of all things; checks of the set measure corrupted things among clean ones."""
    columns = {
        check.name: {id: row.clean[check.name] for id, row in measured.items()} for check in checks
    }
    clean = {check.name: _values(check, columns[check.name]) for check in checks}
    corrupted: dict[Key, list[tuple[str, Value]]] = {}
    for check, fault, size in cases(checks, faults):
        key = check.name, fault.name, size
        column = {id: row.corrupted[key] for id, row in measured.items() if key in row.corrupted}
        if check.reads != "set":
            corrupted[key] = list(column.items())
            continue
        mark = INSERTED_SUFFIX if fault.joins else ""
        corrupted[key] = []
        for group in _groups(list(column), seed):
            changed = {id + mark: column[id] for id in group}
            values = _values(check, columns[check.name] | changed)
            corrupted[key] += [(id, values[id + mark]) for id in group]
    return TrialResult(clean, corrupted)


def try_sets(
    things: Mapping[str, Any],
    checks: Sequence[Check],
    faults: Sequence[Fault],
    corrupt: Callable[[Fault, float, np.random.Generator], Mapping[str, Any]],
    seed: int,
) -> TrialResult:
    """The trial of faults that are injected into the whole set.

    `corrupt` returns the things that a fault of a size changes, a tenth of the set each time.
    """
    columns = {
        check.name: {id: _read(check, thing) for id, thing in things.items()} for check in checks
    }
    clean = {check.name: _values(check, columns[check.name]) for check in checks}
    corrupted: dict[Key, list[tuple[str, Value]]] = {
        (check.name, fault.name, size): [] for check, fault, size in cases(checks, faults)
    }
    for fault in faults:
        finders = [check for check in checks if check.name in fault.found_by]
        for size, turn in product(fault.sizes if finders else (), range(GROUP)):
            made = corrupt(fault, size, trial_rng(seed, str(turn), fault, size))
            for check in finders:
                changed = {id: _read(check, thing) for id, thing in made.items()}
                values = _values(check, columns[check.name] | changed)
                corrupted[check.name, fault.name, size] += [(id, values[id]) for id in made]
    return TrialResult(clean, corrupted)


def cases(checks: Sequence[Check], faults: Sequence[Fault]) -> Iterator[tuple[Check, Fault, float]]:
    """Every check with each size of each fault that it should find."""
    for check, fault in product(checks, faults):
        if check.name in fault.found_by:
            yield from ((check, fault, size) for size in fault.sizes)


def trial_rng(seed: int, id: str, fault: Fault, size: float) -> np.random.Generator:
    """The random generator of one corrupted thing, independent of the order of injection."""
    words = seed, crc32(id.encode("utf-8", "surrogateescape")), crc32(fault.name.encode())
    return np.random.default_rng([*words, fault.sizes.index(size)])


def _read(check: Check, thing: Any) -> Any:
    """The value of one thing, or what a check of the set keeps of it; None where there is none."""
    try:
        if check.reads == "set":
            kept = check.keep(thing) if check.keep else thing
            return None if isinstance(kept, Undecided) else kept
        return _value(check.measure(thing))
    except Unusable:
        return None


def _value(read: Reading | None) -> Value:
    return read.value if isinstance(read, Measurement) else None


def _values(check: Check, column: Mapping[str, Any]) -> dict[str, Value]:
    """The values of all things, given what was measured or kept of each."""
    if check.reads != "set":
        return dict(column)
    measured = check.measure({id: kept for id, kept in column.items() if kept is not None})
    return {id: _value(measured.get(id)) for id in column}


def _groups(ids: Sequence[str], seed: int) -> list[list[str]]:
    """The ids in GROUP random groups, or fewer, none of them empty."""
    ordered = sorted(ids)
    dealt = [ordered[place] for place in np.random.default_rng(seed).permutation(len(ordered))]
    return [dealt[first::GROUP] for first in range(min(GROUP, len(dealt)))]
