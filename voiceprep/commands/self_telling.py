"""What a self-test of the checks came to, in lines and as records."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Any

from ..check import Check
from ..fault import Fault
from ..measure import trouble_lines
from ..proportion import Rate
from ..records import Outcome
from ..score import Score, accused, false_alarms, fewest_for, scores
from ..summary import clip_count, duration, on_one_line
from ..trial import Tried

# What a detector is to reach at a moderate size of fault, in recall and in precision.
GOAL = 0.9
SHOWN, WIDTH = 4, 99
# Of fewer clips the intervals reach over half of the scale.
FEW = 10
# A fault of this size fits none of the clips.
NOT_TRIED = "–"


@dataclass(frozen=True)
class Side:
    """Checks and faults of one kind of thing, and what was read."""

    checks: Sequence[Check]
    faults: Sequence[Fault]
    tried: Tried

    def told(self) -> list[Check]:
        """The checks that could tell of at least one of the clean things."""
        clean = self.tried.clean
        return [
            check for check in self.checks if any(v is not None for v in clean[check.name].values())
        ]

    def rows(self) -> list[list[Score]]:
        """For each check and fault the scores at its sizes, the small one first."""
        told = scores(self.tried, self.told(), self.faults)
        return [list(row) for _, row in groupby(told, lambda s: (s.check.name, s.fault.name))]

    def alarms(self) -> list[tuple[Check, Rate, tuple[str, ...]]]:
        """For each check the share of clean things that it accuses, and which."""
        clean = self.tried.clean
        return [
            (check, false_alarms(check, clean[check.name]), accused(check, clean[check.name]))
            for check in self.told()
        ]


@dataclass(frozen=True)
class NewLimit:
    """A limit by a stated rate of false alarms, and what was found with the old one and with it."""

    check: Check
    limit: float
    before: tuple[Score, ...]
    after: tuple[Score, ...]


@dataclass(frozen=True)
class SelfTest:
    """How the checks did on a dataset's own clips.

    Faults were put into `sounds` sounds and `texts` texts of the `clips` clips there are.
    `limits` are those at which no more than `share` of the clips are accused.
    """

    sides: tuple[Side, ...]
    sounds: int
    texts: int
    clips: int
    seconds: float
    share: float
    limits: tuple[NewLimit, ...]
    limits_path: Path | None
    troubles: tuple[Outcome, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 clean, 3 where clips could not be read."""
        return 3 if self.troubles else 0

    def lines(self, verbose: bool = False) -> list[str]:
        """A row for each check and fault, who is accused as they are, and the limits."""
        rows = [row for side in self.sides for row in side.rows()]
        lines = [
            f"faults were put into {self.sounds} of {clip_count(self.clips)}, "
            f"{duration(self.seconds)}, and into the texts of {self.texts}",
            *([f"so few clips tell little: fewer than {FEW}"] if self.sounds < FEW else []),
            "",
            *_table(rows),
            *_alarm_lines(self.sides),
            *self._limit_lines(),
        ]
        if verbose:
            off = [check for side in self.sides for check in side.checks if check.off]
            lines += [""] + [f"{check.name} is off by default: {check.off}" for check in off]
        return [*lines, *trouble_lines(self.troubles)]

    def _limit_lines(self) -> Iterator[str]:
        yield ""
        most = max(self.sounds, self.texts)
        if most < fewest_for(self.share):
            yield (
                f"limits: {clip_count(most)} cannot tell of so few false alarms as "
                f"{_percent(self.share)}, which takes {fewest_for(self.share)}; they stay"
            )
            return
        if not self.limits:
            yield f"limits: none needs to move for {_percent(self.share)} of false alarms"
            return
        yield f"limits that accuse {_percent(self.share)} of clips like these at the most"
        yield f"  {'check':<20}{'limit':>9}{'was':>9}  found at a moderate size, and before"
        for limit in self.limits:
            pairs = zip(limit.before, limit.after, strict=True)
            moderate = [row for row in pairs if row[0].size == row[0].fault.sizes[1]]
            found = ", ".join(
                f"{old.fault.name} {new.recall.rate:.2f} ({old.recall.rate:.2f})"
                for old, new in moderate
            )
            yield f"  {limit.check.name:<20}{limit.limit:>9g}{limit.check.limit:>9g}  {found}"
        yield f"→ {self.limits_path}, for voiceprep report --preset"

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each check with each size of fault, what each accuses, each new limit, the summary."""
        for side in self.sides:
            yield from (score_row(score) for row in side.rows() for score in row)
        for side in self.sides:
            for check, alarms, ids in side.alarms():
                yield {"check": check.name, "accused": list(ids), **asdict(alarms)}
        for limit in self.limits:
            yield {"check": limit.check.name, "limit": limit.limit, "was": limit.check.limit}
        yield from (asdict(outcome) for outcome in self.troubles)
        counts = {"in": self.clips, "sounds": self.sounds, "texts": self.texts}
        counts["troubles"] = len(self.troubles)
        path = str(self.limits_path) if self.limits_path else None
        summary = {"clips": counts, "seconds": round(self.seconds, 3), "false_alarms": self.share}
        yield {"summary": summary | {"limits": path}}


def score_row(score: Score) -> dict[str, Any]:
    """A score as a record."""
    low, high = score.precision_bounds
    return {
        "check": score.check.name,
        "fault": score.fault.name,
        "size": score.size,
        "unit": score.fault.unit,
        "recall": round(score.recall.rate, 6),
        "recall_of": score.recall.total,
        "recall_bounds": [round(score.recall.low, 6), round(score.recall.high, 6)],
        "precision": round(score.precision, 6),
        "precision_bounds": [round(low, 6), round(high, 6)],
        "off": bool(score.check.off),
    }


def falls_short(row: Sequence[Score]) -> bool:
    """Whether recall or precision is below the goal at the moderate size of a fault."""
    score = row[1]
    return bool(score.recall.total) and (score.recall.rate < GOAL or score.precision < GOAL)


def _table(rows: Sequence[Sequence[Score]]) -> Iterator[str]:
    yield f"  {'':<38}{'found':<45}{'precision'}"
    yield f"  {'check':<20}{'fault':<18}{'small':<15}{'moderate':<15}{'large':<15}{'moderate'}"
    for row in rows:
        name = row[0].check.name + (" (off)" if row[0].check.off else "")
        cells = "".join(f"{_recall(score):<15}" for score in row)
        told = row[1].recall.total
        precision = _cell(row[1].precision, *row[1].precision_bounds) if told else NOT_TRIED
        mark = "*" if falls_short(row) else " "
        yield f"{mark} {name:<20}{row[0].fault.name:<18}{cells}{precision}".rstrip()
    if any(map(falls_short, rows)):
        yield f"* less than {GOAL} found, or less precise, at a moderate size"
    yield ""
    yield "sizes"
    for fault in {row[0].fault.name: row[0].fault for row in rows}.values():
        sizes = ", ".join(f"{size:g}" for size in fault.sizes)
        yield f"  {fault.name:<18}{sizes} {fault.unit}"


def _alarm_lines(sides: Sequence[Side]) -> Iterator[str]:
    rows = [row for side in sides for row in side.alarms()]
    loud = [row for row in rows if row[1].count]
    if loud:
        yield from ("", "accused as they are: false alarms, or faults of their own")
    for check, alarms, ids in loud:
        shown = ", ".join(map(on_one_line, ids[:SHOWN])) + (", …" if len(ids) > SHOWN else "")
        share = _cell(alarms.rate, alarms.low, alarms.high)
        yield f"  {check.name:<20}{alarms.count:>4} of {alarms.total:<5}{share:<16}{shown}"
    quiet = ", ".join(check.name for check, alarms, _ in rows if not alarms.count)
    sought = [fault.name for side in sides for fault in side.faults if not fault.found_by]
    for told in (
        f"none is accused by {quiet}" if quiet else "",
        f"no check looks for {', '.join(sought)}" if sought else "",
    ):
        if told:
            yield from ("", *wrap(told, WIDTH))


def _recall(score: Score) -> str:
    found = score.recall
    return _cell(found.rate, found.low, found.high) if found.total else NOT_TRIED


def _cell(rate: float, low: float, high: float) -> str:
    """A share and its interval, in 14 characters at the most."""
    return f"{rate:.2f} [{_bound(low)}–{_bound(high)}]"


def _bound(share: float) -> str:
    told = f"{share:.2f}"
    return {"1.00": "1", "0.00": "0"}.get(told, told.removeprefix("0"))


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
