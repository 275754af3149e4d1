"""The result of a report: lines for the terminal, records, and the files beside the page."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any, Literal

from ...batch.summary import clip_count, duration, on_one_line
from ...config import setting
from ...errors import SettingError
from ...quality.check import Check, count_kinds, evidence_of
from ...quality.fix_plan import FixPlan
from ...quality.properties import VoiceProperty
from ...records import Finding, Outcome, Shown
from ...text.column_roles import parse_roles
from ...text.list_reader import ListFormat
from ...text.text_files import check_encoding
from .dataset_lines import dataset_lines
from .findings import FILE, FILE_CHECK, JudgedClip
from .overview import DatasetSummary

PAGE, FINDINGS, TABLE, STATISTICS = "index.html", "findings.jsonl", "clips.csv", "statistics.json"
SHOWN = 4
# Reasons that differ in their numbers alone are one.
# The steps of a fix plan in words.
ACTIONS = {
    "offset": "remove DC offset",
    "dehum": "remove hum",
    "denoise": "denoise",
    "trim": "trim",
    "level": "level",
    "text": "check text",
}


@dataclass(frozen=True)
class ShowConfig:
    """The options of one call; not a section of the settings."""

    metadata: str = setting(
        "", "list of texts; by default the one found in the dataset", "--metadata"
    )
    encoding: str = setting(
        "", "encoding of the texts, such as cp1251 or shift_jis, where they are not UTF-8",
        "--encoding",
    )  # fmt: skip
    columns: str = setting(
        "", "roles of the columns of a list without a header, such as id,speaker,text; also "
        "normalized, other",
        "--columns",
    )  # fmt: skip
    output: str = setting("", "folder to write to; DATASET/report by default", "--output", "-o")
    minutes: float = setting(
        0.0,
        "minimum minutes of speech that the fix plan keeps; by default every clip with an error "
        "that no step fixes is left out",
        "--minutes",
    )  # fmt: skip
    fix_plan: str = setting(
        "", "file to write the fix plan to, which `voiceprep prepare --plan` carries out",
        "--fix-plan",
    )  # fmt: skip
    self_test: bool = setting(
        False, "inject faults of known size into the clips, and show which the checks find",
        "--self-test",
    )  # fmt: skip
    fail_on: Literal["never", "warn", "error"] = setting(
        "never", "exit with 1 if there is a finding of this weight or a heavier one", "--fail-on"
    )

    def __post_init__(self) -> None:
        check_encoding(self.encoding, "encoding")
        parse_roles(self.columns)
        if not 0 <= self.minutes < inf:
            raise SettingError(f"minutes = {self.minutes}: must be at least 0", "minutes")

    @property
    def format(self) -> ListFormat:
        """What is known of the lists of texts."""
        return ListFormat(self.encoding, parse_roles(self.columns))


@dataclass(frozen=True, repr=False)
class Report(Shown):
    """The findings in the clips of a dataset, its statistics and the fix plan."""

    folder: Path
    clips: tuple[JudgedClip, ...]
    checks: tuple[Check, ...]
    dataset: DatasetSummary | None
    plan: FixPlan
    properties: tuple[VoiceProperty, ...]
    troubles: tuple[Outcome, ...]
    options: ShowConfig
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0; 1 for findings at or above `--fail-on`; 3 where clips could not be read."""
        failing = {"never": (), "warn": ("warn", "error"), "error": ("error",)}
        weights = failing[self.options.fail_on]
        if any(self.weight(finding) in weights for finding in self.faults()):
            return 1
        return 3 if self.troubles else 0

    def faults(self) -> list[Finding]:
        """The findings beyond their limits that no voice shares, and one for each unread file."""
        found = [finding for row in self.clips for finding in row.faults]
        return found + [
            Finding(outcome.id, FILE, 0.0, "", False, outcome.why) for outcome in self.troubles
        ]

    def weight(self, finding: Finding) -> str:
        """Either "error": a finding teaches a voice something wrong, or "warn": less well."""
        if finding.check == FILE:
            return "error" if finding.id in self._unread else "warn"
        return self.by_name[finding.check].weight

    @cached_property
    def _unread(self) -> frozenset[str]:
        return frozenset(outcome.id for outcome in self.troubles)

    @cached_property
    def by_name(self) -> dict[str, Check]:
        """The checks that ran, and that of reading the files."""
        return {check.name: check for check in (*self.checks, FILE_CHECK)}

    def lines(self, verbose: bool) -> list[str]:
        """The verdict, the findings, the plan and the statistics; each clip's if `verbose`."""
        lines = self.verdict()
        lines += _property_lines(self)
        lines += _finding_lines(self)
        lines += _undecided_lines(self.clips)
        if verbose:
            lines += ["", *_clip_lines(self.clips)]
        lines += _plan_lines(self.plan, self.options.fix_plan)
        if self.dataset:
            lines += dataset_lines(self.dataset)
        lines += [line for note in self.notes for line in ("", f"note: {note}")]
        return [*lines, "", f"→ {', '.join(self.files)}"] if self.files else lines

    def verdict(self) -> list[str]:
        """What a person would say of the dataset, in a few sentences."""
        count = len(self.clips) + len(self.troubles)
        seconds = sum(row.sound.seconds for row in self.clips)
        lines = [f"{clip_count(count)}, {duration(seconds)}"]
        if self.dataset and self.dataset.texts:
            lines[0] += f", {self.dataset.texts.clips} with a text"
        go = {row.id for row in self.plan.rejects} | self._unread
        hand = {finding.id for finding in self.faults()} - go
        fine = count - len(go | hand)
        if go:
            lines.append(f"{clip_count(len(go))} should go: {_names(go)}")
        if hand:
            need = "needs" if len(hand) == 1 else "need"
            lines.append(f"{clip_count(len(hand))} {need} a hand: {_names(hand)}")
        be = "is" if fine == 1 else "are"
        voice = "voice" if len({one.speaker for one in self.properties}) < 2 else "voices"
        but = f", but for what is true of the {voice}" if self.properties else ""
        lines.append(f"{clip_count(fine)} {be} fine{but}" if fine else "no clip is fine")
        if self.properties:
            clips = Counter[str]()
            for one in self.properties:
                clips[one.check] += len(one.ids)
            alike = ", ".join(f"{name} ({clip_count(n)})" for name, n in clips.items())
            lines.append(f"true of the {voice}: {alike}")
        return lines

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every clip with its measures, every finding, every unread file, then the summary."""
        for row in self.clips:
            yield {
                "id": row.clip.id,
                "path": row.clip.path,
                "text": row.clip.text,
                "seconds": row.sound.seconds,
                "values": {name: finding.value for name, finding in row.findings.items()},
                "faults": [finding.check for finding in row.faults],
                "shared": sorted(row.shared),
                "undecided": dict(row.undecided),
            }
        yield from fault_rows(self)
        yield from (asdict(outcome) for outcome in self.troubles)
        yield {"summary": self.summary()}

    def summary(self) -> dict[str, Any]:
        """The verdict, the counts of findings and the statistics, as JSON has them."""
        faults = Counter(finding.check for finding in self.faults())
        counts = {"measured": len(self.clips), "troubles": len(self.troubles)}
        record: dict[str, Any] = {
            "clips": counts,
            "verdict": self.verdict(),
            "faults": dict(faults.most_common()),
        }
        record |= {
            "properties": [*property_records(self)],
            "undecided": undecided_counts(self.clips),
        }
        record |= {"whole": dataset_record(self.dataset)} if self.dataset else {}
        record |= {"plan": asdict(self.plan)}
        return record | {"notes": list(self.notes), "made": list(self.files)}


def fault_rows(report: Report) -> Iterator[dict[str, Any]]:
    """Every finding beyond its limit as JSON has it, in the order of ids."""
    for finding in sorted(report.faults(), key=lambda finding: (finding.id, finding.check)):
        yield asdict(finding) | {"weight": report.weight(finding)}


def property_records(report: Report) -> Iterator[dict[str, Any]]:
    """What the clips of each voice have alike, as JSON has it."""
    for one in report.properties:
        yield {
            "check": one.check,
            "speaker": one.speaker,
            "clips": len(one.ids),
            "of": one.clips,
            "typical": one.typical.value,
            "unit": one.typical.unit,
            "meaning": report.by_name[one.check].shared,
        }


def property_facts(report: Report) -> Iterator[tuple[Check, str, str]]:
    """For every property the check, in how many clips of which speakers it is, and an example."""
    by_check: dict[str, list[VoiceProperty]] = {}
    for one in report.properties:
        by_check.setdefault(one.check, []).append(one)
    for name, same in by_check.items():
        share = f"{sum(len(one.ids) for one in same)} of {clip_count(sum(o.clips for o in same))}"
        speakers = [one.speaker for one in same if one.speaker]
        of = f" of {_names(speakers)}" if speakers else ""
        most = max(same, key=lambda one: len(one.ids))
        yield report.by_name[name], share + of, evidence_of(most.typical, report.by_name[name])


def undecided_counts(clips: Sequence[JudgedClip]) -> dict[str, int]:
    """For every check how many clips it cannot judge, the most first."""
    return dict(Counter(check for row in clips for check in row.undecided).most_common())


def dataset_record(dataset: DatasetSummary) -> dict[str, Any]:
    """The statistics of the dataset as JSON has them."""
    row = asdict(dataset)
    if dataset.texts:
        row["texts"]["sentences"] = dataset.texts.sentences
    return row


def _property_lines(report: Report) -> list[str]:
    """For every property of a voice how many clips have it, what it is, and what it means."""
    if not report.properties:
        return []
    lines = ["", "what many clips of a voice have alike"]
    for check, share, evidence in property_facts(report):
        lines.append(f"  {check.name:<21}{share}")
        lines += [f"{'':<9}{sentence}" for sentence in (evidence, check.shared)]
    return lines


def _undecided_lines(clips: Sequence[JudgedClip]) -> list[str]:
    """For every check that cannot judge some clips their number, and the commonest reason."""
    lines = ["", f"{'undecided':<21}{'clips':>6}  the commonest reason"]
    for check, count in undecided_counts(clips).items():
        reasons = (row.undecided[check] for row in clips if check in row.undecided)
        commonest, _ = count_kinds(reasons)[0]
        lines.append(f"  {check:<19}{count:>6}  {on_one_line(commonest)}")
    return lines if len(lines) > 2 else []


def _finding_lines(report: Report) -> list[str]:
    """For every check its clips, what it found in the worst one, and what to do."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in report.faults():
        groups.setdefault((report.weight(finding), finding.check), []).append(finding)
    if not groups:
        return []
    seconds = {row.clip.id: row.sound.seconds for row in report.clips}
    lines = ["", f"{'findings':<28}{'clips':>6}{'seconds':>9}"]
    for (weight, name), found in sorted(groups.items(), key=lambda one: (one[0][0], -len(one[1]))):
        affected = sum(seconds.get(finding.id, 0.0) for finding in found)
        lines.append(f"  {weight:<7}{name:<19}{len(found):>6}{affected:>9.1f}")
        lines[-1] += f"  {_names([finding.id for finding in found])}"
        lines += [f"{'':<9}{sentence}" for sentence in _sentences(report.by_name[name], found)]
    return lines


def _sentences(check: Check, found: Sequence[Finding]) -> list[str]:
    """What was found in the worst clip and what to do; what reading found in each file."""
    if check.name == FILE:
        return [f"{on_one_line(one.id)}: {one.advice}" for one in found[:SHOWN]]
    worst = max(found, key=lambda finding: abs(finding.value - check.limit))
    clip = f"{on_one_line(worst.id)}: " if len(found) > 1 else ""
    evidence = evidence_of(worst, check)
    return [check.advice] if evidence == check.advice else [f"{clip}{evidence}", check.advice]


def _plan_lines(plan: FixPlan, path: str) -> list[str]:
    """The actions of the fix plan, and what is lost with the clips that it leaves out."""
    if not (plan.mends or plan.rejects or plan.listens):
        return []
    steps = Counter(row.step for row in plan.mends)
    fixes = ", ".join(
        f"{ACTIONS[step]} ({clip_count(count)})" for step, count in steps.most_common()
    )
    lost = sum(row.seconds for row in plan.rejects)
    actions = {
        "fix": fixes,
        "leave out": f"{clip_count(len(plan.rejects))}, {duration(lost)}" if plan.rejects else "",
        "listen to": _names([row.id for row in plan.listens]),
    }
    written = f"written to {path}" if path else "--fix-plan plan.toml writes it"
    lines = ["", f"fix plan, keeps {duration(plan.kept_seconds)}: {written}"]
    lines += [f"  {name:<11}{what}" for name, what in actions.items() if what]
    lines += [f"{'':<13}{on_one_line(row.id)}: {row.cost}" for row in plan.rejects[:SHOWN]]
    return lines


def _clip_lines(clips: Sequence[JudgedClip]) -> list[str]:
    lines = []
    for row in clips:
        lines.append(f"{on_one_line(row.clip.id)}  {row.sound.seconds:.2f} s")
        lines += [f"  {finding.check}: {finding.advice}" for finding in row.faults]
    return lines


def _names(ids: Sequence[str] | set[str]) -> str:
    names = [on_one_line(name) for name in sorted(set(ids))]
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
