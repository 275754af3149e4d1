"""What to do about what was found: mend first, leave out last, within a budget of minutes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from .check import Check
from .records import Finding
from .summary import duration

# What a plan can have done to one clip. "text" is a look at its text, which only a person takes.
MENDS = ("offset", "dehum", "denoise", "trim", "level", "text")
# A spread is no narrower than this share of the limit, or than one unit where the limit is 0: clips
# that are all alike would make a mountain of anything.
LEAST_SHARE, LEAST_UNIT = 0.1, 1.0
# Further beyond, bad is bad; 1.4826 times it, a median deviation is a standard deviation.
HIGHEST, MAD = 10.0, 1.4826
# What leaving out a clip costs in words, given those that are left out already.
Cost = Callable[[str, Set[str]], str]


@dataclass(frozen=True)
class Row:
    """One thing to do with one clip, known by the content of its recording.

    `step` is one of MENDS, and empty where the clip is to be left out or listened to. `severity`
    goes from 0 to 10. A row that is `undone` is passed over.
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
    """What is left when one more clip is out, `id`: seconds, and the worst that nothing mends."""

    seconds: float
    worst: float
    id: str = ""


@dataclass(frozen=True)
class Plan:
    """What to mend, to leave out and to listen to, the worst first.

    `curve` begins with all clips and goes on to where no clip is left that teaches something
    wrong and cannot be mended; the plan follows it as far as the budget lets it.
    """

    mends: tuple[Row, ...] = ()
    rejects: tuple[Row, ...] = ()
    listens: tuple[Row, ...] = ()
    curve: tuple[Point, ...] = ()

    @property
    def kept_seconds(self) -> float:
        """The seconds of speech that are left; 0 for a plan without a curve."""
        out = sum(row.seconds for row in self.rejects if not row.undone)
        return round(max(self.curve[0].seconds - out, 0.0), 6) if self.curve else 0.0


def no_cost(_id: str, _out: Set[str]) -> str:
    """Nothing to tell: the cost of leaving out a clip of whose text nothing is known."""
    return ""


def draw_plan(
    findings: Mapping[str, Sequence[Finding]],
    checks: Mapping[str, Check],
    seconds: Mapping[str, float],
    contents: Mapping[str, str],
    minutes: float = 0.0,
    cost: Cost = no_cost,
) -> Plan:
    """The plan for the clips of `seconds`, given all that was found in them, by id.

    `findings` are also those that are well, as the rest is held against them. What has a step is
    mended. Of the rest, errors are left out, the worst first, for as long as `minutes` of speech
    are left (0: whatever it costs); what remains is to be listened to.
    """
    severe = severities(findings, checks)
    beyond = {
        id: [finding for finding in own if not finding.ok]
        for id, own in findings.items()
        if id in seconds
    }
    steps, errors, warnings = defaultdict(list), defaultdict(list), defaultdict(list)
    for id, own in beyond.items():
        for finding in own:
            check = checks[finding.check]
            if check.mend:
                steps[id, check.mend].append(finding)
            else:
                (errors if check.weight == "error" else warnings)[id].append(finding)

    def row(id: str, own: Sequence[Finding], step: str = "") -> Row:
        why = "; ".join(_told(finding, checks[finding.check]) for finding in own)
        worst = max(severe[id, finding.check] for finding in own)
        return Row(contents[id], id, step, why, seconds[id], worst)

    mends = _worst_first(row(id, own, step) for (id, step), own in steps.items())
    wrong = _worst_first(row(id, own) for id, own in errors.items())
    rejects, curve = _leave_out(wrong, seconds, minutes, cost)
    out = {reject.id for reject in rejects}
    rest = {id: [*errors[id], *warnings[id]] for id in {*errors, *warnings} - out}
    listens = _worst_first(row(id, own) for id, own in rest.items())
    return Plan(mends, rejects, listens, curve)


def severities(
    findings: Mapping[str, Sequence[Finding]], checks: Mapping[str, Check]
) -> dict[tuple[str, str], float]:
    """How bad each finding is, by id and check, from 0 to 10, so that checks can be compared.

    It is by how many robust spreads of that check's values over all clips one lies beyond its
    limit; 0 for what is well.
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
    wrong: Sequence[Row], seconds: Mapping[str, float], minutes: float, cost: Cost
) -> tuple[tuple[Row, ...], tuple[Point, ...]]:
    """Which of the clips that are wrong are left out, and the curve through all of them."""
    whole = left = sum(seconds.values())
    worst = [*(row.severity for row in wrong), 0.0]
    rejects: list[Row] = []
    curve = [Point(round(whole, 6), worst[0])]
    within = True
    for place, row in enumerate(wrong, start=1):
        left -= row.seconds
        within = within and left >= 60 * minutes
        curve.append(Point(round(max(left, 0.0), 6), worst[place], row.id))
        if within:
            told = cost(row.id, {other.id for other in rejects})
            share = f"{duration(row.seconds)} of {duration(whole)}"
            rejects.append(replace(row, cost="; ".join(filter(None, (told, share)))))
    return tuple(rejects), tuple(curve)


def _worst_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.severity, row.id, row.step)))


def _told(finding: Finding, check: Check) -> str:
    return f"{check.name} {finding.value:.3g} {check.unit}, limit {check.limit:g}"
