"""The result of a self-test of the checks, as lines and as records."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Any

from ...batch.measure import trouble_lines
from ...batch.summary import clip_count, duration, on_one_line
from ...quality.check import Check
from ...quality.fault import Fault
from ...quality.proportion import Rate
from ...quality.score import Score, false_alarms, fewest_for, flagged, scores
from ...quality.trial import TrialResult
from ...records import Outcome, Shown

# The recall and precision that a check should reach at a moderate size of fault.
GOAL = 0.9
SHOWN, WIDTH = 4, 99
# With fewer clips the intervals span over half of the scale.
FEW = 10
# A fault of this size fits none of the clips.
NOT_TRIED = "–"


@dataclass(frozen=True)
class CheckTrials:
    """The checks and faults of sounds, or of texts, and the results of their trials."""

    checks: Sequence[Check]
    faults: Sequence[Fault]
    result: TrialResult

    def measured(self) -> list[Check]:
        """The checks that could measure at least one clean clip."""
        clean = self.result.clean
        return [
            check for check in self.checks if any(v is not None for v in clean[check.name].values())
        ]

    def rows(self) -> list[list[Score]]:
        """For each check and fault the scores by size, the smallest first."""
        found = scores(self.result, self.measured(), self.faults)
        return [list(row) for _, row in groupby(found, lambda s: (s.check.name, s.fault.name))]

    def alarms(self) -> list[tuple[Check, Rate, tuple[str, ...]]]:
        """For each check the share of clean clips that it flags, and their ids."""
        clean = self.result.clean
        return [
            (check, false_alarms(check, clean[check.name]), flagged(check, clean[check.name]))
            for check in self.measured()
        ]


@dataclass(frozen=True)
class NewLimit:
    """A limit for a stated rate of false alarms, with the scores at the old limit and at it."""

    check: Check
    limit: float
    before: tuple[Score, ...]
    after: tuple[Score, ...]


@dataclass(frozen=True, repr=False)
class SelfTest(Shown):
    """The scores of the checks on a dataset's own clips.

    Faults were injected into `sounds` sounds and `texts` texts of the dataset's `clips` clips.
    At `limits` at most `share` of the clips are flagged.
    """

    trials: tuple[CheckTrials, ...]
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
        """A row for each check and fault, the false alarms, and the limits."""
        rows = [row for trial in self.trials for row in trial.rows()]
        few = f"fewer than {FEW} clips: the estimates are uncertain"
        lines = [
            f"faults were injected into {self.sounds} of {clip_count(self.clips)}, "
            f"{duration(self.seconds)}, and into the texts of {self.texts}",
            *([few] if self.sounds < FEW else []),
            "",
            *_table(rows),
            *_alarm_lines(self.trials),
            *self._limit_lines(),
        ]
        if verbose:
            off = [check for trial in self.trials for check in trial.checks if check.off]
            lines += [""] + [f"{check.name} is off by default: {check.off}" for check in off]
        return [*lines, *trouble_lines(self.troubles)]

    def _limit_lines(self) -> Iterator[str]:
        yield ""
        most = max(self.sounds, self.texts)
        if most < fewest_for(self.share):
            yield (
                f"limits: unchanged; {_percent(self.share)} of false alarms needs at least "
                f"{clip_count(fewest_for(self.share))}, the dataset has {most}"
            )
            return
        if not self.limits:
            share = _percent(self.share)
            yield f"limits: unchanged; no check needs another limit for {share} of false alarms"
            return
        yield f"limits that flag at most {_percent(self.share)} of clips like these"
        yield f"  {'check':<20}{'limit':>9}{'was':>9}  recall at a moderate size (and before)"
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
        """Each score, each check's false alarms, each new limit, then the summary."""
        for trial in self.trials:
            yield from (score_row(score) for row in trial.rows() for score in row)
        for trial in self.trials:
            for check, alarms, ids in trial.alarms():
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
        "undecided": score.undecided,
        "recall_bounds": [round(score.recall.low, 6), round(score.recall.high, 6)],
        "precision": round(score.precision, 6),
        "precision_bounds": [round(low, 6), round(high, 6)],
        "off": bool(score.check.off),
    }


def falls_short(row: Sequence[Score]) -> bool:
    """Whether recall or precision is below GOAL at the moderate size of a fault."""
    score = row[1]
    return bool(score.recall.total) and (score.recall.rate < GOAL or score.precision < GOAL)


def _table(rows: Sequence[Sequence[Score]]) -> Iterator[str]:
    yield f"  {'':<38}{'recall':<45}{'precision'}"
    yield f"  {'check':<20}{'fault':<18}{'small':<15}{'moderate':<15}{'large':<15}{'moderate'}"
    for row in rows:
        name = row[0].check.name + (" (off)" if row[0].check.off else "")
        cells = "".join(f"{_recall(score):<15}" for score in row)
        tried = row[1].recall.total
        precision = _cell(row[1].precision, *row[1].precision_bounds) if tried else NOT_TRIED
        mark = "*" if falls_short(row) else " "
        yield f"{mark} {name:<20}{row[0].fault.name:<18}{cells}{precision}".rstrip()
    if any(map(falls_short, rows)):
        yield f"* recall or precision below {GOAL} at a moderate size"
    undecided = [
        f"{row[1].check.name} {row[1].fault.name} {row[1].undecided}"
        for row in rows
        if row[1].undecided
    ]
    if undecided:
        line = f"undecided at a moderate size, and not counted: {', '.join(undecided)}"
        yield from ("", *wrap(line, WIDTH))
    yield ""
    yield "sizes"
    for fault in {row[0].fault.name: row[0].fault for row in rows}.values():
        sizes = ", ".join(f"{size:g}" for size in fault.sizes)
        yield f"  {fault.name:<18}{sizes} {fault.unit}"


def _alarm_lines(trials: Sequence[CheckTrials]) -> Iterator[str]:
    rows = [row for trial in trials for row in trial.alarms()]
    flagged = [row for row in rows if row[1].count]
    if flagged:
        yield from ("", "flagged without an injected fault: false alarms, or real faults")
    for check, alarms, ids in flagged:
        shown = ", ".join(map(on_one_line, ids[:SHOWN])) + (", …" if len(ids) > SHOWN else "")
        share = _cell(alarms.rate, alarms.low, alarms.high)
        yield f"  {check.name:<20}{alarms.count:>4} of {alarms.total:<5}{share:<16}{shown}"
    quiet = ", ".join(check.name for check, alarms, _ in rows if not alarms.count)
    unchecked = [fault.name for trial in trials for fault in trial.faults if not fault.found_by]
    for line in (
        f"no clip is flagged by {quiet}" if quiet else "",
        f"no check looks for {', '.join(unchecked)}" if unchecked else "",
    ):
        if line:
            yield from ("", *wrap(line, WIDTH))


def _recall(score: Score) -> str:
    found = score.recall
    return _cell(found.rate, found.low, found.high) if found.total else NOT_TRIED


def _cell(rate: float, low: float, high: float) -> str:
    """A share and its interval, in at most 14 characters."""
    return f"{rate:.2f} [{_bound(low)}–{_bound(high)}]"


def _bound(share: float) -> str:
    text = f"{share:.2f}"
    return {"1.00": "1", "0.00": "0"}.get(text, text.removeprefix("0"))


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
