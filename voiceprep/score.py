"""How checks did on faults of known size, and where their limits would have to be.

A check names a spoilt thing, which is a find, or a clean one, which is a false alarm. What it
accuses of the clean things may have faults of its own; so that does not count for a find.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from math import ceil, floor

from .check import Check
from .fault import Fault
from .proportion import Rate, wilson
from .trial import Tried, Value, cases

# The digits of a limit that is set.
DIGITS = 4


@dataclass(frozen=True)
class Score:
    """How a check did on one size of a fault.

    `recall` is of the spoilt things that it did not accuse before, `alarms` of the clean ones.
    """

    check: Check
    fault: Fault
    size: float
    recall: Rate
    alarms: Rate

    @property
    def precision(self) -> float:
        """The share that is spoilt of what it names, of as many spoilt as clean things.

        1 where it names nothing: nothing that it names is wrong.
        """
        return _precision(self.recall.rate, self.alarms.rate)

    @property
    def precision_bounds(self) -> tuple[float, float]:
        """The same with both shares at the worse, and at the better end of their intervals."""
        low = _precision(self.recall.low, self.alarms.high)
        return low, _precision(self.recall.high, self.alarms.low)


def accused(check: Check, values: Mapping[str, Value]) -> tuple[str, ...]:
    """The ids of what a check accuses; what it cannot tell of it accuses not."""
    return tuple(id for id, value in values.items() if _names(check, value))


def false_alarms(check: Check, values: Mapping[str, Value]) -> Rate:
    """The share of clean things that a check accuses."""
    return wilson(len(accused(check, values)), len(values))


def score(check: Check, fault: Fault, size: float, tried: Tried) -> Score:
    """How a check, with the limit that it has, did on one size of a fault."""
    clean = tried.clean[check.name]
    before = set(accused(check, clean))
    spoilt = tried.spoilt.get((check.name, fault.name, size), [])
    found = [_names(check, value) for id, value in spoilt if id not in before]
    return Score(check, fault, size, wilson(sum(found), len(found)), false_alarms(check, clean))


def scores(tried: Tried, checks: Sequence[Check], faults: Sequence[Fault]) -> list[Score]:
    """How each check did on each size of each fault that it is there to find."""
    return [score(*case, tried) for case in cases(checks, faults)]


def limit_at(check: Check, values: Iterable[Value], share: float) -> float | None:
    """The limit with which a check accuses the stated share of clean things, or less.

    Of n clean things and a new one, each is the worst as likely as any other: so the limit at the
    m-th worst of the n accuses the new one at m / (n + 1) at the most, whatever the values are
    like. It is rounded to DIGITS digits, away from what is accused. None where the things are too
    few to tell of so small a share, below 1 / (n + 1), or the check can tell of fewer than m.
    """
    every = list(values)
    known = sorted((value for value in every if value is not None), reverse=check.worse == "above")
    rank = floor(share * (len(every) + 1) + 1e-9)
    return _rounded(known[rank - 1], check) if 1 <= rank <= len(known) else None


def fewest_for(share: float) -> int:
    """How many clean things it takes to tell of a share of false alarms."""
    return ceil(1 / share - 1 - 1e-9)


def _names(check: Check, value: Value) -> bool:
    return value is not None and not check.is_well(value)


def _precision(found: float, false: float) -> float:
    return found / (found + false) if found + false else 1.0


def _rounded(value: float, check: Check) -> float:
    """The nearest number of few digits at which the value is well."""
    away = ROUND_CEILING if check.worse == "above" else ROUND_FLOOR
    return float(Context(prec=DIGITS, rounding=away).create_decimal_from_float(value))
