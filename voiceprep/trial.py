"""How often checks find faults of known size, and how often they accuse what is clean.

Things that are taken for clean are spoilt, and checks read them before and after. What a check
accuses before is a false alarm, although it may be right: a person's clips have faults of their
own.

Of a set a tenth of the things is spoilt at a time, ten times over, so that each is spoilt once
among others that are not.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from zlib import crc32

import numpy as np

from .check import Check
from .errors import Unusable
from .fault import Fault

# One thing of so many is spoilt at a time in a set.
CROWD = 10
# What tells a thing that joined a set from the one that it was made of.
JOINED = "\0"

Key = tuple[str, str, float]
"""A check, a fault and its size."""
Value = float | None
"""What a check reads, None where it cannot tell."""


@dataclass(frozen=True)
class Readings:
    """What checks read of one thing, by check, and of the same with a fault.

    Of a check of the set it is what that keeps of the thing.
    """

    clean: dict[str, Any]
    spoilt: dict[Key, Any]


@dataclass(frozen=True)
class Tried:
    """What checks read of all things, and of those that were spoilt, each with its id."""

    clean: dict[str, dict[str, Value]]
    spoilt: dict[Key, list[tuple[str, Value]]]


def read_each(
    id: str,
    thing: Any,
    checks: Sequence[Check],
    faults: Sequence[Fault],
    seed: int,
    see: Callable[[Any], Any] = lambda thing: thing,
) -> Readings:
    """What checks read of a thing, clean and with each size of each fault that they are to find.

    `see` makes of a thing what checks are given. A fault that the thing cannot have, for which
    `inject` raises Unusable, is left out.
    """
    by_name = {check.name: check for check in checks}
    seen = see(thing)
    clean = {check.name: _read(check, seen) for check in checks}
    spoilt: dict[Key, Any] = {}
    for fault in faults:
        finders = [by_name[name] for name in fault.found_by if name in by_name]
        for size in fault.sizes if finders else ():
            try:
                made = see(fault.inject(thing, size, chance(seed, id, fault, size)))
            except Unusable:
                continue
            spoilt |= {(check.name, fault.name, size): _read(check, made) for check in finders}
    return Readings(clean, spoilt)


def gather(
    readings: Mapping[str, Readings], checks: Sequence[Check], faults: Sequence[Fault], seed: int
) -> Tried:
    """What checks read of all things; those of the set are made among the clean ones."""
    columns = {
        check.name: {id: row.clean[check.name] for id, row in readings.items()} for check in checks
    }
    clean = {check.name: _values(check, columns[check.name]) for check in checks}
    spoilt: dict[Key, list[tuple[str, Value]]] = {}
    for check, fault, size in cases(checks, faults):
        key = check.name, fault.name, size
        column = {id: row.spoilt[key] for id, row in readings.items() if key in row.spoilt}
        if check.reads != "set":
            spoilt[key] = list(column.items())
            continue
        mark = JOINED if fault.joins else ""
        spoilt[key] = []
        for group in _groups(list(column), seed):
            changed = {id + mark: column[id] for id in group}
            values = _values(check, columns[check.name] | changed)
            spoilt[key] += [(id, values[id + mark]) for id in group]
    return Tried(clean, spoilt)


def try_sets(
    things: Mapping[str, Any],
    checks: Sequence[Check],
    faults: Sequence[Fault],
    spoil: Callable[[Fault, float, np.random.Generator], Mapping[str, Any]],
    seed: int,
) -> Tried:
    """What checks read of things whose faults are made in the whole set.

    `spoil` returns the things that a fault of a size changes, a tenth of the set each time.
    """
    columns = {
        check.name: {id: _read(check, thing) for id, thing in things.items()} for check in checks
    }
    clean = {check.name: _values(check, columns[check.name]) for check in checks}
    spoilt: dict[Key, list[tuple[str, Value]]] = {
        (check.name, fault.name, size): [] for check, fault, size in cases(checks, faults)
    }
    for fault in faults:
        finders = [check for check in checks if check.name in fault.found_by]
        for size, turn in product(fault.sizes if finders else (), range(CROWD)):
            made = spoil(fault, size, chance(seed, str(turn), fault, size))
            for check in finders:
                changed = {id: _read(check, thing) for id, thing in made.items()}
                values = _values(check, columns[check.name] | changed)
                spoilt[check.name, fault.name, size] += [(id, values[id]) for id in made]
    return Tried(clean, spoilt)


def cases(checks: Sequence[Check], faults: Sequence[Fault]) -> Iterator[tuple[Check, Fault, float]]:
    """Every check with each size of each fault that it is there to find."""
    for check, fault in product(checks, faults):
        if check.name in fault.found_by:
            yield from ((check, fault, size) for size in fault.sizes)


def chance(seed: int, id: str, fault: Fault, size: float) -> np.random.Generator:
    """The source of chance of one spoilt thing: the same in whatever order they are made."""
    words = seed, crc32(id.encode("utf-8", "surrogateescape")), crc32(fault.name.encode())
    return np.random.default_rng([*words, fault.sizes.index(size)])


def _read(check: Check, thing: Any) -> Any:
    """The value of one thing, or what a check of the set keeps of it; None where it cannot tell."""
    try:
        if check.reads == "set":
            return check.keep(thing) if check.keep else thing
        reading = check.measure(thing)
    except Unusable:
        return None
    return None if reading is None else reading.value


def _values(check: Check, column: Mapping[str, Any]) -> dict[str, Value]:
    """The values of all things, of what was read of each."""
    if check.reads != "set":
        return dict(column)
    readings = check.measure({id: kept for id, kept in column.items() if kept is not None})
    return {id: readings[id].value if id in readings else None for id in column}


def _groups(ids: Sequence[str], seed: int) -> list[list[str]]:
    """The ids dealt out by lot: as many groups as a crowd has things, none of them empty."""
    ordered = sorted(ids)
    dealt = [ordered[place] for place in np.random.default_rng(seed).permutation(len(ordered))]
    return [dealt[first::CROWD] for first in range(min(CROWD, len(dealt)))]
