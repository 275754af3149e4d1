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
from ...quality.check import Check, evidence_of
from ...quality.fix_plan import FixPlan
from ...records import Finding, Outcome, Shown
from ...text.column_roles import parse_roles
from ...text.filelist import SPLIT_NAMES
from ...text.list_reader import ListFormat
from ...text.text_files import check_encoding
from .findings import FILE, JudgedClip
from .overview import EPOCHS, DatasetSummary, Quantiles

PAGE, FINDINGS, TABLE, STATISTICS = "index.html", "findings.jsonl", "clips.csv", "statistics.json"
# The measures shown in the terminal; the files have all.
MEASURES = (
    "seconds", "loudness_lufs", "noise_floor_db", "snr_db", "lead_seconds", "tail_seconds",
    "pitch_hz", "symbols_per_second",
)  # fmt: skip
SHOWN, UNITS_SHOWN = 4, 12
KINDS = {
    "symbols": "symbols",
    "letter_pairs": "letter pairs",
    "phonemes": "phonemes",
    "diphones": "diphones",
}
# The steps of a fix plan in words.
ACTIONS = {
    "offset": "remove DC offset",
    "dehum": "remove hum",
    "denoise": "denoise",
    "trim": "trim",
    "level": "level",
    "text": "check text",
}
# Splits as different as random ones are only in so few cases are reported.
SIGNIFICANT = 0.02


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
        """All findings beyond their limits, and one for each file that cannot be read."""
        found = [finding for row in self.clips for finding in row.faults]
        return found + [
            Finding(outcome.id, FILE, 0.0, "", False, outcome.why) for outcome in self.troubles
        ]

    def weight(self, finding: Finding) -> str:
        """Either "error": a finding teaches a voice something wrong, or "warn": less well."""
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
        """The verdict, the findings, the plan and the statistics; each clip's if `verbose`."""
        lines = self.verdict()
        lines += _finding_lines(self)
        if verbose:
            lines += ["", *_clip_lines(self.clips)]
        lines += _plan_lines(self.plan, self.options.fix_plan)
        if self.dataset:
            lines += _dataset_lines(self.dataset)
        lines += [line for note in self.notes for line in ("", f"note: {note}")]
        return [*lines, "", f"→ {', '.join(self.files)}"] if self.files else lines

    def verdict(self) -> list[str]:
        """The result in a few sentences."""
        ids: dict[str, set[str]] = {"error": set(), "warn": set()}
        for finding in self.faults():
            ids[self.weight(finding)].add(finding.id)
        count = len(self.clips) + len(self.troubles)
        seconds = sum(row.sound.seconds for row in self.clips)
        lines = [f"{clip_count(count)}, {duration(seconds)}"]
        if self.dataset and self.dataset.texts:
            lines[0] += f", {self.dataset.texts.clips} with a text"
        errors, warnings = ids["error"], ids["warn"] - ids["error"]
        if not errors | warnings:
            return [*lines, "no findings"]
        for clips, what in ((errors, "errors"), (warnings, "warnings")):
            if clips:
                have = "has" if len(clips) == 1 else "have"
                lines.append(f"{clip_count(len(clips))} {have} {what}: {_names(clips)}")
        clean = count - len(errors | warnings)
        have = "has" if clean == 1 else "have"
        return [*lines, f"{clip_count(clean)} {have} no findings" if clean else "no clip is clean"]

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
            }
        yield from fault_rows(self)
        yield from (asdict(outcome) for outcome in self.troubles)
        yield {"summary": self.summary()}

    def summary(self) -> dict[str, Any]:
        """The verdict, the counts of findings and the statistics, as JSON has them."""
        faults = Counter(finding.check for finding in self.faults())
        counts = {"measured": len(self.clips), "troubles": len(self.troubles)}
        record = {"clips": counts, "verdict": self.verdict(), "faults": dict(faults.most_common())}
        record |= {"whole": dataset_record(self.dataset)} if self.dataset else {}
        record |= {"plan": asdict(self.plan)}
        return record | {"notes": list(self.notes), "made": list(self.files)}


def fault_rows(report: Report) -> Iterator[dict[str, Any]]:
    """Every finding beyond its limit as JSON has it, in the order of ids."""
    for finding in sorted(report.faults(), key=lambda finding: (finding.id, finding.check)):
        yield asdict(finding) | {"weight": report.weight(finding)}


def dataset_record(dataset: DatasetSummary) -> dict[str, Any]:
    """The statistics of the dataset as JSON has them."""
    row = asdict(dataset)
    if dataset.texts:
        row["texts"]["sentences"] = dataset.texts.sentences
    return row


def _finding_lines(report: Report) -> list[str]:
    """For every check its clips, what it found in the worst one, and what to do."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in report.faults():
        groups.setdefault((report.weight(finding), finding.check), []).append(finding)
    if not groups:
        return []
    seconds = {row.clip.id: row.sound.seconds for row in report.clips}
    checks = {check.name: check for check in report.checks}
    lines = ["", f"{'findings':<28}{'clips':>6}{'seconds':>9}"]
    for (weight, name), found in sorted(groups.items(), key=lambda one: (one[0][0], -len(one[1]))):
        affected = sum(seconds.get(finding.id, 0.0) for finding in found)
        lines.append(f"  {weight:<7}{name:<19}{len(found):>6}{affected:>9.1f}")
        lines[-1] += f"  {_names([finding.id for finding in found])}"
        lines += [f"{'':<9}{sentence}" for sentence in _sentences(checks.get(name), found)]
    return lines


def _sentences(check: Check | None, found: Sequence[Finding]) -> list[str]:
    """What was found in the worst clip and what to do; without a check what each file has."""
    if check is None:
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


def _dataset_lines(dataset: DatasetSummary) -> list[str]:
    quantiles = {row.name: row for row in dataset.spreads}
    lines = ["", f"{'all clips':<21}{'min':>9}{'5 %':>9}{'median':>9}{'95 %':>9}{'max':>9}"]
    lines += [_quantile_line(quantiles[name]) for name in MEASURES if name in quantiles]
    lines += _text_lines(dataset)
    lines += _split_lines(dataset)
    frames = dataset.frames
    stop, tail = 1 / max(frames.stop_share, 1e-9), 100 * frames.tail_share
    lines.append("")
    lines.append(f"1 in {stop:.0f} mel frames is a stop frame")
    lines[-1] += f"; {tail:.1f} % of the time is silence after the speech"
    hours = {name: value for name, value in dataset.hours.items() if "A100" in name}
    times = ", ".join(f"{name.partition(',')[0]} {_hours(value)}" for name, value in hours.items())
    return [*lines, f"{EPOCHS} epochs on one A100, estimated from published speeds: {times}"]


def _quantile_line(row: Quantiles) -> str:
    values = (row.least, row.p5, row.median, row.p95, row.most)
    digits = 2 if row.unit == "s" else 1
    return f"  {row.name:<19}" + "".join(f"{value:>9.{digits}f}" for value in values)


def _text_lines(dataset: DatasetSummary) -> list[str]:
    if not dataset.texts:
        return []
    texts, lines = dataset.texts, [""]
    types = {"question": texts.questions, "exclamation": texts.exclamations}
    shares = ", ".join(
        f"{_counted(count, name)} ({100 * texts.share(count):.0f} %)"
        for name, count in types.items()
    )
    lines.append(f"{texts.words} words, {texts.vocabulary} different; {shares}")
    for kind, cover in dataset.cover.items():
        line = f"{KINDS[kind]}: {100 * cover.covered:.1f} % of the language is covered"
        for name, units in (("missing", cover.missing), ("rare", cover.rare)):
            if units:
                more = ", …" if len(units) > UNITS_SHOWN else ""
                line += f"; {name} {len(units)}: {' '.join(units[:UNITS_SHOWN])}{more}"
        lines.append(line)
        if cover.unread:
            lines.append(f"  words that are not in the lexicon: in {clip_count(cover.unread)}")
    if dataset.additions:
        lines += ["", "sentences to record that would add the most coverage:"]
        lines += [f"  {addition.text}" for addition in dataset.additions[:SHOWN]]
    return lines


def _split_lines(dataset: DatasetSummary) -> list[str]:
    if not dataset.sides:
        return []
    shares = ", ".join(
        f"{SPLIT_NAMES[split]} {count} ({duration(seconds)})"
        for split, (count, seconds) in dataset.sides.shares.items()
        if count
    )
    lines = ["", f"splits: {shares}"]
    for row in dataset.sides.likeness:
        line = (
            f"  {row.what}: train and held-out clips differ by {100 * row.distance:.0f} %, "
            f"random splits of this size by {100 * row.usual:.0f} %"
        )
        if row.chance < SIGNIFICANT:
            line += f": statistically significant (p = {row.chance:.2g})"
        lines.append(line)
    for leak in dataset.sides.leaks[:SHOWN]:
        share = "the text" if leak.same else f"{100 * leak.alike:.0f} % of the words"
        lines.append(f"  leak: {leak.held} (held out) has {share} of {leak.train} (train)")
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
