"""What to do about findings: fix first, leave out last, within a budget of minutes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from ..batch.summary import duration
from ..records import Finding
from .check import Check, evidence_of

# The steps that fix one clip. "text" is a look at its text by a person.
FIXES = ("offset", "dehum", "denoise", "trim", "level", "text")
# The fixes of checks whose findings no step removes: nothing, or a look at the text.
BY_HAND = ("", "text")
# A spread is at least this share of the limit, or one unit where the limit is 0: otherwise any
# difference between very similar clips would be severe.
LEAST_SHARE, LEAST_UNIT = 0.1, 1.0
# The highest severity; the factor from a median absolute deviation to a standard deviation.
HIGHEST, MAD = 10.0, 1.4826
# The cost of leaving out a clip, in words, given the ids that are left out already.
Cost = Callable[[str, Set[str]], str]


@dataclass(frozen=True)
class PlanRow:
    """One action for one clip, keyed by the content hash of its recording.

    `step` is one of FIXES, and empty where the clip is to be left out or listened to. `severity` is
    from 0 to 10. A row that is `undone` is ignored.
    """

    content: str
    id: str
    step: str = ""
    why: str = ""
    seconds: float = 0.0
    severity: float = 0.0
    cost: str = ""
    undone: bool = False


@dataclass(frozen=True)
class Point:
    """The seconds left without clip `id`, and the worst remaining severity that no step fixes."""

    seconds: float
    worst: float
    id: str = ""


@dataclass(frozen=True)
class FixPlan:
    """What to fix, to leave out and to listen to, the worst first.

    `curve` begins with all clips and ends where no clip with an unfixable error is left; the plan
    follows it as far as the budget allows.
    """

    mends: tuple[PlanRow, ...] = ()
    rejects: tuple[PlanRow, ...] = ()
    listens: tuple[PlanRow, ...] = ()
    curve: tuple[Point, ...] = ()

    @property
    def kept_seconds(self) -> float:
        """The seconds of speech that remain; 0 for a plan without a curve."""
        out = sum(row.seconds for row in self.rejects if not row.undone)
        return round(max(self.curve[0].seconds - out, 0.0), 6) if self.curve else 0.0


def no_cost(_id: str, _out: Set[str]) -> str:
    """No cost: for clips whose text is not known."""
    return ""


def draw_plan(
    findings: Mapping[str, Sequence[Finding]],
    checks: Mapping[str, Check],
    seconds: Mapping[str, float],
    contents: Mapping[str, str],
    minutes: float = 0.0,
    cost: Cost = no_cost,
) -> FixPlan:
    """The plan for the clips of `seconds`, given all findings by id.

    `findings` includes those that are ok, for comparison. What has a step is fixed. Of the rest,
    errors are left out, the worst first, while at least `minutes` of speech remain (0: no limit);
    what remains is to be listened to.
    """
    severe = severities(findings, checks)
    beyond = {
        id: [finding for finding in own if not finding.ok]
        for id, own in findings.items()
        if id in seconds
    }
    steps: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    errors: dict[str, list[Finding]] = defaultdict(list)
    warnings: dict[str, list[Finding]] = defaultdict(list)
    for id, own in beyond.items():
        for finding in own:
            check = checks[finding.check]
            if check.fix:
                steps[id, check.fix].append(finding)
            else:
                (errors if check.weight == "error" else warnings)[id].append(finding)

    def row(id: str, own: Sequence[Finding], step: str = "") -> PlanRow:
        why = "; ".join(_reason(finding, checks[finding.check]) for finding in own)
        worst = max(severe[id, finding.check] for finding in own)
        return PlanRow(contents[id], id, step, why, seconds[id], worst)

    mends = _worst_first(row(id, own, step) for (id, step), own in steps.items())
    wrong = _worst_first(row(id, own) for id, own in errors.items())
    rejects, curve = _leave_out(wrong, seconds, minutes, cost)
    out = {reject.id for reject in rejects}
    rest = {id: [*errors[id], *warnings[id]] for id in {*errors, *warnings} - out}
    listens = _worst_first(row(id, own) for id, own in rest.items())
    return FixPlan(mends, rejects, listens, curve)


def severities(
    findings: Mapping[str, Sequence[Finding]], checks: Mapping[str, Check]
) -> dict[tuple[str, str], float]:
    """The severity of each finding, by id and check, from 0 to 10, comparable between checks.

    It is the distance beyond the limit in robust spreads of that check's values over all clips;
    0 for what is ok.
    """
    values = defaultdict(list)
    for own in findings.values():
        for finding in own:
            values[finding.check].append(finding.value)
    spreads = {name: _spread(values[name], checks[name].limit) for name in values}
    return {
        (id, finding.check): _severity(finding, checks[finding.check], spreads[finding.check])
        for id, own in findings.items()
        for finding in own
    }


def _spread(values: Sequence[float], limit: float) -> float:
    known = np.array([value for value in values if np.isfinite(value)])
    deviation = MAD * float(np.median(np.abs(known - np.median(known)))) if len(known) else 0.0
    least = LEAST_SHARE * abs(limit) if np.isfinite(limit) else 0.0
    return max(deviation, least or LEAST_UNIT)


def _severity(finding: Finding, check: Check, spread: float) -> float:
    if finding.ok:
        return 0.0
    beyond = abs(finding.value - check.limit) / spread
    return round(min(beyond, HIGHEST), 2) if np.isfinite(beyond) else HIGHEST


def _leave_out(
    wrong: Sequence[PlanRow], seconds: Mapping[str, float], minutes: float, cost: Cost
) -> tuple[tuple[PlanRow, ...], tuple[Point, ...]]:
    """Which clips with errors are left out, and the curve through all of them."""
    total = left = sum(seconds.values())
    worst = [*(row.severity for row in wrong), 0.0]
    rejects: list[PlanRow] = []
    curve = [Point(round(total, 6), worst[0])]
    within = True
    for place, row in enumerate(wrong, start=1):
        left -= row.seconds
        within = within and left >= 60 * minutes
        curve.append(Point(round(max(left, 0.0), 6), worst[place], row.id))
        if within:
            price = cost(row.id, {other.id for other in rejects})
            share = f"{duration(row.seconds)} of {duration(total)}"
            rejects.append(replace(row, cost="; ".join(filter(None, (price, share)))))
    return tuple(rejects), tuple(curve)


def _worst_first(rows: Iterable[PlanRow]) -> tuple[PlanRow, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.severity, row.id, row.step)))


def _reason(finding: Finding, check: Check) -> str:
    return f"{check.name}: {evidence_of(finding, check)}"
