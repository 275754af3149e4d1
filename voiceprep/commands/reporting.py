"""What a report tells: in the terminal, as records, and as files beside its page."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any, Literal

from ..check import Check
from ..config import setting
from ..errors import SettingError
from ..mending import Plan
from ..records import Finding, Outcome
from ..summary import clip_count, duration, on_one_line
from .judging import FILE, Judged
from .overviewing import EPOCHS, Spread, Whole

PAGE, FINDINGS, TABLE, STATISTICS = "index.html", "findings.jsonl", "clips.csv", "statistics.json"
# The measures that the terminal shows of the whole; all are in the files.
TOLD = (
    "seconds", "loudness_lufs", "noise_floor_db", "snr_db", "lead_seconds", "tail_seconds",
    "pitch_hz", "symbols_per_second",
)  # fmt: skip
SHOWN = 4
UNITS_TOLD = 12
KINDS = {
    "symbols": "symbols",
    "letter_pairs": "pairs of letters",
    "phonemes": "sounds",
    "diphones": "pairs of sounds",
}


@dataclass(frozen=True)
class ShowConfig:
    """What one call wants of a report; no section of the settings."""

    metadata: str = setting("", "list of texts; found by itself where it is usual", "--metadata")
    output: str = setting("", "folder to write to; DATASET/report by default", "--output", "-o")
    minutes: float = setting(
        0.0, "minutes of speech that the plan keeps at the least; by default all that teaches "
        "something wrong is left out",
        "--minutes",
    )  # fmt: skip
    fix_plan: str = setting(
        "", "file to write the plan to, which `voiceprep prepare --plan` carries out", "--fix-plan"
    )
    self_test: bool = setting(
        False, "put faults of known size into the clips, and tell which the checks find",
        "--self-test",
    )  # fmt: skip
    fail_on: Literal["never", "warn", "error"] = setting(
        "never", "exit with 1 where there is a fault of this weight or a graver one", "--fail-on"
    )

    def __post_init__(self) -> None:
        if not 0 <= self.minutes < inf:
            raise SettingError(f"minutes = {self.minutes}: 0 or more are wanted", "minutes")


@dataclass(frozen=True)
class Report:
    """What was found in the clips of a voice, and what they are as a whole."""

    folder: Path
    judged: tuple[Judged, ...]
    checks: tuple[Check, ...]
    whole: Whole | None
    plan: Plan
    troubles: tuple[Outcome, ...]
    asked: ShowConfig
    notes: tuple[str, ...] = ()
    made: tuple[str, ...] = field(default=())

    @property
    def exit_code(self) -> int:
        """0; 1 for faults of the weight that was named; 3 where clips could not be read."""
        graver = {"never": (), "warn": ("warn", "error"), "error": ("error",)}[self.asked.fail_on]
        if any(self.weight(finding) in graver for finding in self.faults()):
            return 1
        return 3 if self.troubles else 0

    def faults(self) -> list[Finding]:
        """All findings beyond their limits, those of files that cannot be read among them."""
        found = [finding for row in self.judged for finding in row.faults]
        return found + [
            Finding(outcome.id, FILE, 0.0, "", False, outcome.why) for outcome in self.troubles
        ]

    def weight(self, finding: Finding) -> str:
        """Whether a fault teaches something wrong, or only less well."""
        if finding.check == FILE:
            return "error" if finding.id in self._unread else "warn"
        return self._weights[finding.check]

    @cached_property
    def _unread(self) -> frozenset[str]:
        return frozenset(outcome.id for outcome in self.troubles)

    @cached_property
    def _weights(self) -> dict[str, str]:
        return {check.name: check.weight for check in self.checks}

    def lines(self, verbose: bool) -> list[str]:
        """The verdict, what was found, and the whole; every clip with its faults if `verbose`."""
        lines = self.verdict()
        lines += _found_lines(self)
        if verbose:
            lines += ["", *_clip_lines(self.judged)]
        lines += _plan_lines(self.plan, self.asked.fix_plan)
        if self.whole:
            lines += _whole_lines(self.whole)
        lines += [line for note in self.notes for line in ("", f"note: {note}")]
        return [*lines, "", f"→ {', '.join(self.made)}"] if self.made else lines

    def verdict(self) -> list[str]:
        """The whole in a few sentences."""
        ids: dict[str, set[str]] = {"error": set(), "warn": set()}
        for finding in self.faults():
            ids[self.weight(finding)].add(finding.id)
        count = len(self.judged) + len(self.troubles)
        seconds = sum(row.heard.seconds for row in self.judged)
        lines = [f"{clip_count(count)}, {duration(seconds)}"]
        if self.whole and self.whole.texts:
            lines[0] += f", {self.whole.texts.clips} with a text"
        grave, slight = ids["error"], ids["warn"] - ids["error"]
        if not grave | slight:
            return [*lines, "nothing is found fault with"]
        if grave:
            told = f"teach{'es' if len(grave) == 1 else ''} a voice something wrong"
            lines.append(f"{clip_count(len(grave))} {told}: {_names(grave)}")
        if slight:
            told = f"{'has' if len(slight) == 1 else 'have'} a lesser fault"
            lines.append(f"{clip_count(len(slight))} {told}: {_names(slight)}")
        well = count - len(grave | slight)
        return [*lines, f"{clip_count(well)} well" if well else "no clip is without a fault"]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every clip with all that was measured, every fault, what is unread, then the whole."""
        for row in self.judged:
            yield {
                "id": row.clip.id,
                "path": row.clip.path,
                "text": row.clip.text,
                "seconds": row.heard.seconds,
                "values": {name: finding.value for name, finding in row.findings.items()},
                "faults": [finding.check for finding in row.faults],
            }
        yield from fault_rows(self)
        yield from (asdict(outcome) for outcome in self.troubles)
        yield {"summary": self.summary()}

    def summary(self) -> dict[str, Any]:
        """The verdict, the counts of faults and the whole, as JSON has them."""
        faults = Counter(finding.check for finding in self.faults())
        counts = {"measured": len(self.judged), "troubles": len(self.troubles)}
        told = {"clips": counts, "verdict": self.verdict(), "faults": dict(faults.most_common())}
        told |= {"whole": whole_row(self.whole)} if self.whole else {}
        told |= {"plan": asdict(self.plan)}
        return told | {"notes": list(self.notes), "made": list(self.made)}


def fault_rows(report: Report) -> Iterator[dict[str, Any]]:
    """Every fault as JSON has it, in the order of ids."""
    for finding in sorted(report.faults(), key=lambda finding: (finding.id, finding.check)):
        yield asdict(finding) | {"weight": report.weight(finding)}


def whole_row(whole: Whole) -> dict[str, Any]:
    """The whole as JSON has it."""
    row = asdict(whole)
    if whole.texts:
        row["texts"]["sentences"] = whole.texts.sentences
    return row


def _found_lines(report: Report) -> list[str]:
    """A line for every kind of fault: its weight, in how many clips, and what to do."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in report.faults():
        groups.setdefault((report.weight(finding), finding.check), []).append(finding)
    if not groups:
        return []
    seconds = {row.clip.id: row.heard.seconds for row in report.judged}
    advice = {check.name: check.advice for check in report.checks}
    lines = ["", f"{'found':<28}{'clips':>6}{'seconds':>9}"]
    for (weight, name), found in sorted(groups.items(), key=lambda one: (one[0][0], -len(one[1]))):
        spoilt = sum(seconds.get(finding.id, 0.0) for finding in found)
        lines.append(f"  {weight:<7}{name:<19}{len(found):>6}{spoilt:>9.1f}")
        lines[-1] += f"  {_names([finding.id for finding in found])}"
        told = advice.get(name) or "; ".join(dict.fromkeys(finding.advice for finding in found))
        lines.append(f"{'':<9}{told}")
    return lines


def _plan_lines(plan: Plan, path: str) -> list[str]:
    """What the plan comes to, and the clips that it leaves out with what that costs."""
    if not (plan.mends or plan.rejects or plan.listens):
        return []
    steps = Counter(row.step for row in plan.mends)
    mends = ", ".join(f"{step} {clip_count(count)}" for step, count in steps.most_common())
    out = sum(row.seconds for row in plan.rejects)
    told = {
        "mend": mends,
        "leave out": f"{clip_count(len(plan.rejects))}, {duration(out)}" if plan.rejects else "",
        "listen to": _names([row.id for row in plan.listens]),
    }
    written = f", written to {path}" if path else ": --fix-plan plan.toml writes it"
    lines = ["", f"plan, keeps {duration(plan.kept_seconds)}{written}"]
    lines += [f"  {name:<11}{what}" for name, what in told.items() if what]
    lines += [f"{'':<13}{on_one_line(row.id)}: {row.cost}" for row in plan.rejects[:SHOWN]]
    return lines


def _clip_lines(judged: Sequence[Judged]) -> list[str]:
    lines = []
    for row in judged:
        lines.append(f"{on_one_line(row.clip.id)}  {row.heard.seconds:.2f} s")
        lines += [f"  {finding.check}: {finding.advice}" for finding in row.faults]
    return lines


def _whole_lines(whole: Whole) -> list[str]:
    spreads = {spread.name: spread for spread in whole.spreads}
    lines = ["", f"{'as a whole':<21}{'least':>9}{'5 %':>9}{'median':>9}{'95 %':>9}{'most':>9}"]
    lines += [_spread_line(spreads[name]) for name in TOLD if name in spreads]
    lines += _text_lines(whole)
    lines += _side_lines(whole)
    frames = whole.frames
    lines += ["", f"the gate stops at 1 of {1 / max(frames.stop_share, 1e-9):.0f} mel frames; "
              f"{100 * frames.tail_share:.1f} % of the time is behind the speech"]  # fmt: skip
    hours = {name: value for name, value in whole.hours.items() if "A100" in name}
    told = ", ".join(f"{name.partition(',')[0]} {_hours(value)}" for name, value in hours.items())
    return [*lines, f"{EPOCHS} epochs on one A100, by published speeds (an estimate): {told}"]


def _spread_line(spread: Spread) -> str:
    values = (spread.least, spread.p5, spread.median, spread.p95, spread.most)
    digits = 2 if spread.unit == "s" else 1
    return f"  {spread.name:<19}" + "".join(f"{value:>9.{digits}f}" for value in values)


def _text_lines(whole: Whole) -> list[str]:
    if not whole.texts:
        return []
    texts, lines = whole.texts, [""]
    types = {"question": texts.questions, "exclamation": texts.exclamations}
    shares = ", ".join(
        f"{_counted(count, name)} ({100 * texts.share(count):.0f} %)"
        for name, count in types.items()
    )
    lines.append(f"{texts.words} words, {texts.vocabulary} different; {shares}")
    for kind, cover in whole.cover.items():
        told = f"{KINDS[kind]}: {100 * cover.covered:.1f} % of the language is there"
        for name, units in (("missing", cover.missing), ("rare", cover.rare)):
            if units:
                more = ", …" if len(units) > UNITS_TOLD else ""
                told += f"; {name} {len(units)}: {' '.join(units[:UNITS_TOLD])}{more}"
        lines.append(told)
        if cover.unread:
            lines.append(f"  the lexicon lacks a word of {clip_count(cover.unread)}")
    if whole.additions:
        lines += ["", "sentences that would add the most:"]
        lines += [f"  {addition.text}" for addition in whole.additions[:SHOWN]]
    return lines


def _side_lines(whole: Whole) -> list[str]:
    if not whole.sides:
        return []
    shares = ", ".join(
        f"{side} {count} ({duration(seconds)})"
        for side, (count, seconds) in whole.sides.shares.items()
        if count
    )
    lines = ["", f"divided: {shares}"]
    for alike in whole.sides.likeness:
        lines.append(
            f"  {alike.what}: {100 * alike.distance:.0f} % apart, {100 * alike.usual:.0f} % is "
            f"usual for lots of this size"
            + (": they were hardly drawn by lot" if alike.chance < 0.02 else "")
        )
    for leak in whole.sides.leaks[:SHOWN]:
        told = "has the text of" if leak.same else f"has {100 * leak.alike:.0f} % of the words of"
        lines.append(f"  leak: {leak.held} {told} {leak.train}, which trains")
    return lines


def _counted(count: int, thing: str) -> str:
    return f"1 {thing}" if count == 1 else f"{count} {thing}s"


def _hours(hours: float) -> str:
    if hours < 0.02:
        return f"{3600 * hours:.0f} s"
    return f"{60 * hours:.0f} min" if hours < 2 else f"{hours:.0f} h"


def _names(ids: Sequence[str] | set[str]) -> str:
    names = [on_one_line(name) for name in sorted(set(ids))]
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
