"""The recall and precision of checks on faults of known size, and limits for a false alarm rate.

A check that flags a corrupted thing is a true positive, one that flags a clean one a false alarm.
A clean thing that is flagged may have a fault of its own: its corrupted version is not counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from math import ceil, floor

from .check import Check
from .fault import Fault
from .proportion import Rate, wilson
from .trial import TrialResult, Value, cases

# The significant digits of a limit.
DIGITS = 4


@dataclass(frozen=True)
class Score:
    """The score of a check on one size of a fault.

    `recall` is over corrupted things that the check decides on and that were not flagged when
    clean, `alarms` over clean ones; of `undecided` corrupted things it cannot tell.
    """

    check: Check
    fault: Fault
    size: float
    recall: Rate
    alarms: Rate
    undecided: int = 0

    @property
    def precision(self) -> float:
        """The share of corrupted things among those flagged, of as many corrupted as clean ones.

        1 where nothing is flagged.
        """
        return _precision(self.recall.rate, self.alarms.rate)

    @property
    def precision_bounds(self) -> tuple[float, float]:
        """The precision with both rates at the worse, and at the better end of their intervals."""
        low = _precision(self.recall.low, self.alarms.high)
        return low, _precision(self.recall.high, self.alarms.low)


def flagged(check: Check, values: Mapping[str, Value]) -> tuple[str, ...]:
    """The ids that a check flags; a missing value is not flagged."""
    return tuple(id for id, value in values.items() if _flags(check, value))


def false_alarms(check: Check, values: Mapping[str, Value]) -> Rate:
    """The share of clean things that a check flags."""
    return wilson(len(flagged(check, values)), len(values))


def score(check: Check, fault: Fault, size: float, tried: TrialResult) -> Score:
    """The score of a check, with its present limit, on one size of a fault."""
    clean = tried.clean[check.name]
    before = set(flagged(check, clean))
    corrupted = tried.corrupted.get((check.name, fault.name, size), [])
    values = [value for id, value in corrupted if id not in before]
    found = [_flags(check, value) for value in values if value is not None]
    recall, alarms = wilson(sum(found), len(found)), false_alarms(check, clean)
    return Score(check, fault, size, recall, alarms, len(values) - len(found))


def scores(tried: TrialResult, checks: Sequence[Check], faults: Sequence[Fault]) -> list[Score]:
    """The scores of all checks on all sizes of the faults that they should find."""
    return [score(*case, tried) for case in cases(checks, faults)]


def limit_at(check: Check, values: Iterable[Value], share: float) -> float | None:
    """The limit with which a check flags at most a share of clean things.

    Of n clean things and a new one, each is equally likely to be the worst: so a limit at the m-th
    worst of the n flags the new one with a probability of at most m / (n + 1), whatever the
    distribution. It is rounded to DIGITS digits, away from what is flagged. None where the things
    are too few for so small a share, below 1 / (n + 1), or fewer than m have a value.
    """
    every = list(values)
    known = sorted((value for value in every if value is not None), reverse=check.worse == "above")
    rank = floor(share * (len(every) + 1) + 1e-9)
    return _rounded(known[rank - 1], check) if 1 <= rank <= len(known) else None


def fewest_for(share: float) -> int:
    """The number of clean things needed to measure a share of false alarms."""
    return ceil(1 / share - 1 - 1e-9)


def _flags(check: Check, value: Value) -> bool:
    return value is not None and not check.is_well(value)


def _precision(found: float, false: float) -> float:
    return found / (found + false) if found + false else 1.0


def _rounded(value: float, check: Check) -> float:
    """The nearest number of few digits at which the value is ok."""
    away = ROUND_CEILING if check.worse == "above" else ROUND_FLOOR
    return float(Context(prec=DIGITS, rounding=away).create_decimal_from_float(value))
