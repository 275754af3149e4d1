"""Builds the page of a report from its findings."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import numpy as np

from ...batch.summary import duration
from ...quality.check import Check, evidence_of
from ...quality.fix_plan import BY_HAND, PlanRow
from ...quality.verdicts import Verdicts
from ...report.corpus import (
    Column,
    DatasetPage,
    Histogram,
    PageClip,
    PagePlanRow,
    PageTable,
    write_corpus_page,
)
from ...text.filelist import SPLIT_NAMES
from .dataset_lines import KINDS, no_reference_line, text_unit
from .findings import JudgedClip
from .overview import EPOCHS, SECONDS, DatasetSummary
from .result import ACTIONS, Report, property_facts

BARS = 30
# So many missing, rare or new units are shown.
SHOWN = 60


def write_report_page(
    report: Report,
    clips: Sequence[JudgedClip],
    contents: Mapping[str, str],
    verdicts: Verdicts,
    base: Path,
    source: Path,
) -> Path:
    """Write the page of a report and its data; `clips` includes the rejected clips."""
    first, *rest = report.verdict()
    corpus = DatasetPage(
        title=source.resolve().name,
        place=str(source.resolve()),
        verdict=tuple([*rest, first] if rest else [first]),
        columns=tuple(_columns(report.checks)),
        clips=list(_rows(clips, contents, base, report.folder)),
        bad=any(report.weight(finding) == "error" for finding in report.faults()),
        facts=tuple(_facts(report)),
        notes=(*report.notes, *(f"{row.id}: {row.why}" for row in report.troubles)),
        plan=tuple(_plan_rows(report)),
        curve=tuple((point.seconds / 60, point.worst) for point in report.plan.curve),
        distributions=tuple(_histograms(clips, report.checks)),
        tables=tuple(_tables(report.dataset)) if report.dataset else (),
        verdicts=tuple(verdicts.rows),
        properties=tuple(_properties(report)),
    )
    return write_corpus_page(report.folder, corpus)


def _properties(report: Report) -> Iterator[str]:
    """A sentence for every property of a voice: how many clips have it, and what it means."""
    for check, share, evidence in property_facts(report):
        yield f"{check.name}, in {share}: {evidence}; {check.shared}"


def _columns(checks: Sequence[Check]) -> Iterator[Column]:
    yield Column(SECONDS, "s")
    for check in checks:
        limit = check.limit if np.isfinite(check.limit) else None
        yield Column(check.name, check.unit, limit, check.worse, check.advice, check.weight)


def _rows(
    clips: Sequence[JudgedClip], contents: Mapping[str, str], base: Path, folder: Path
) -> Iterator[PageClip]:
    for row in clips:
        values = {name: finding.value for name, finding in row.findings.items()}
        yield PageClip(
            id=row.clip.id,
            content=contents[row.clip.id],
            sound=quote(os.fsencode(os.path.relpath(base / row.clip.path, folder))),
            text=row.clip.text or "",
            seconds=row.sound.seconds,
            speaker=row.clip.speaker or "",
            values={SECONDS: row.sound.seconds} | values,
            findings=row.faults,
            picture=row.sound.stamp.hash,
            undecided=row.undecided,
        )


def _plan_rows(report: Report) -> Iterator[PagePlanRow]:
    checks = {check.name: check for check in report.checks}
    by_hand = {check.name for check in report.checks if check.fix in BY_HAND}
    beyond = {
        row.clip.id: [
            finding
            for name, finding in row.findings.items()
            if not finding.ok and name not in row.shared & by_hand
        ]
        for row in report.clips
    }

    def reason(row: PlanRow, errors_only: bool = False) -> str:
        """The evidence behind a row, without the names of its checks."""
        found = [(finding, checks.get(finding.check)) for finding in beyond[row.id]]
        return "; ".join(
            evidence_of(finding, check)
            for finding, check in found
            if check and check.fix == row.step and (check.weight == "error" or not errors_only)
        )

    for row in report.plan.mends:
        yield PagePlanRow(row.id, ACTIONS[row.step], reason(row))
    for row in report.plan.rejects:
        why = reason(row, errors_only=True)
        yield PagePlanRow(row.id, "leave out", why, row.seconds, row.cost)
    for row in report.plan.listens:
        yield PagePlanRow(row.id, "listen", reason(row))


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    dataset = report.dataset
    if dataset is None:
        return
    yield "clips", str(dataset.clips)
    yield "speech", duration(dataset.seconds)
    yield "sample rate", ", ".join(f"{rate} Hz" for rate in dataset.rates)
    if dataset.texts:
        count = f"{dataset.texts.words}, {dataset.texts.vocabulary} different"
        yield text_unit(dataset.texts), count
        yield "questions", f"{100 * dataset.texts.share(dataset.texts.questions):.0f} %"
        yield "exclamations", f"{100 * dataset.texts.share(dataset.texts.exclamations):.0f} %"
    frames = dataset.frames
    yield "mel frames", f"{frames.frames}, 1 in {1 / frames.stop_share:.0f} is a stop frame"
    yield "silence after speech", f"{100 * frames.tail_share:.1f} % of the time"


def _histograms(clips: Sequence[JudgedClip], checks: Sequence[Check]) -> Iterator[Histogram]:
    seconds = [row.sound.seconds for row in clips]
    if seconds:
        counts, edges = np.histogram(seconds, BARS)
        yield Histogram(SECONDS, "s", edges.tolist(), counts.tolist())
    for check in checks:
        values = [row.findings[check.name].value for row in clips if check.name in row.findings]
        if not values:
            continue
        low, high = min(values), max(values)
        if (high - low) / BARS < 2 * np.spacing(max(abs(low), abs(high))):
            continue
        counts, edges = np.histogram(values, BARS)
        limit = check.limit if np.isfinite(check.limit) else None
        over = sum(not check.is_well(value) for value in values)
        yield Histogram(
            check.name, check.unit, edges.tolist(), counts.tolist(), limit, check.worse, over
        )


def _tables(dataset: DatasetSummary) -> Iterator[PageTable]:
    heads = ("measure", "unit", "min", "5 %", "median", "95 %", "max", "findings")
    measures = tuple(
        (row.name, row.unit, row.least, row.p5, row.median, row.p95, row.most, row.faults)
        for row in dataset.spreads
    )
    yield PageTable("measures", heads, measures)
    if dataset.cover:
        yield _cover_table(dataset)
    if dataset.additions:
        sentences = tuple((row.text, " ".join(row.new[:SHOWN])) for row in dataset.additions)
        title = "sentences to record that would add the most coverage"
        yield PageTable(title, ("sentence", "adds"), sentences)
    if dataset.sides:
        splits = tuple(
            (SPLIT_NAMES[split], count, duration(seconds))
            for split, (count, seconds) in dataset.sides.shares.items()
        )
        yield PageTable("splits", ("split", "clips", "speech"), splits)
        leaks = tuple(
            (leak.held, leak.train, "all" if leak.same else f"{100 * leak.alike:.0f} %")
            for leak in dataset.sides.leaks
        )
        if leaks:
            title = "leaks: held-out texts that are also in train"
            yield PageTable(title, ("held out", "train", "words shared"), leaks)
    title = f"hours of training for {EPOCHS} epochs, estimated from published speeds"
    yield PageTable(title, ("model, GPU", "hours"), tuple(dataset.hours.items()))


def _cover_table(dataset: DatasetSummary) -> PageTable:
    """How much of the reference the texts cover, or without one, what they have."""
    if not dataset.reference:
        counts = tuple(
            (KINDS[kind], str(len(row.counts)), _join(row.rare))
            for kind, row in dataset.cover.items()
        )
        note = no_reference_line(dataset)
        return PageTable("symbols of the texts", ("units", "different", "rare"), counts, note)
    cover = tuple(
        (KINDS[kind], f"{100 * (row.covered or 0):.1f} %", _join(row.missing), _join(row.rare))
        for kind, row in dataset.cover.items()
    )
    heads = ("units", "covered", "missing", "rare")
    return PageTable(f"coverage of {dataset.reference}", heads, cover)


def _join(units: Sequence[str]) -> str:
    # Isolated, so that its words keep their order after letters from right to left.
    return " ".join(units[:SHOWN]) + (
        f" … \u2066{len(units)} in all\u2069" if len(units) > SHOWN else ""
    )
