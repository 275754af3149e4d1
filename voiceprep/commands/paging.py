"""The page of a report, of what was found."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

import numpy as np

from ..check import Check
from ..mending import Plan
from ..report.corpus import ClipRow, Column, Corpus, Histogram, PlanRow, Table, write_corpus_page
from ..summary import duration
from ..verdicts import Verdict
from .judging import Judged
from .overviewing import EPOCHS, SECONDS, Whole
from .reporting import KINDS, Report

BARS = 30
# What a text shows of the units that are missing or rare.
SHOWN = 60


def write_report_page(
    report: Report,
    judged: Sequence[Judged],
    contents: Mapping[str, str],
    verdicts: Mapping[str, Verdict],
    base: Path,
    source: Path,
) -> Path:
    """Write the page of a report and its data; `judged` holds the rejected clips as well."""
    first, *rest = report.verdict()
    corpus = Corpus(
        title=source.resolve().name,
        place=str(source.resolve()),
        verdict=tuple([*rest, first] if rest else [first]),
        columns=tuple(_columns(report.checks)),
        clips=list(_rows(judged, contents, base, report.folder)),
        bad=any(report.weight(finding) == "error" for finding in report.faults()),
        facts=tuple(_facts(report)),
        notes=(*report.notes, *(f"{row.id}: {row.why}" for row in report.troubles)),
        plan=tuple(_plan_rows(report.plan)),
        curve=tuple((point.seconds / 60, point.worst) for point in report.plan.curve),
        distributions=tuple(_histograms(judged, report.checks)),
        tables=tuple(_tables(report.whole)) if report.whole else (),
        verdicts=tuple(asdict(verdict) for verdict in verdicts.values()),
    )
    return write_corpus_page(report.folder, corpus)


def _columns(checks: Sequence[Check]) -> Iterator[Column]:
    yield Column(SECONDS, "s")
    for check in checks:
        limit = check.limit if np.isfinite(check.limit) else None
        yield Column(check.name, check.unit, limit, check.worse, check.advice, check.weight)


def _rows(
    judged: Sequence[Judged], contents: Mapping[str, str], base: Path, folder: Path
) -> Iterator[ClipRow]:
    for row in judged:
        values = {name: finding.value for name, finding in row.findings.items()}
        yield ClipRow(
            id=row.clip.id,
            content=contents[row.clip.id],
            sound=quote(os.fsencode(os.path.relpath(base / row.clip.path, folder))),
            text=row.clip.text or "",
            seconds=row.heard.seconds,
            speaker=row.clip.speaker or "",
            values={SECONDS: row.heard.seconds} | values,
            findings=row.faults,
            picture=row.heard.stamp.hash,
        )


def _plan_rows(plan: Plan) -> Iterator[PlanRow]:
    for row in plan.mends:
        yield PlanRow(row.id, row.step, row.why)
    for row in plan.rejects:
        yield PlanRow(row.id, "leave out", row.why, row.seconds, row.cost)
    for row in plan.listens:
        yield PlanRow(row.id, "listen", row.why)


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    whole = report.whole
    if whole is None:
        return
    yield "clips", str(whole.clips)
    yield "speech", duration(whole.seconds)
    yield "rate", ", ".join(f"{rate} Hz" for rate in whole.rates)
    if whole.texts:
        yield "words", f"{whole.texts.words}, {whole.texts.vocabulary} different"
        yield "questions", f"{100 * whole.texts.share(whole.texts.questions):.0f} %"
        yield "exclamations", f"{100 * whole.texts.share(whole.texts.exclamations):.0f} %"
    yield "mel frames", f"{whole.frames.frames}, 1 of {1 / whole.frames.stop_share:.0f} a stop"
    yield "behind the speech", f"{100 * whole.frames.tail_share:.1f} % of the time"


def _histograms(judged: Sequence[Judged], checks: Sequence[Check]) -> Iterator[Histogram]:
    seconds = [row.heard.seconds for row in judged]
    if seconds:
        counts, edges = np.histogram(seconds, BARS)
        yield Histogram(SECONDS, "s", edges.tolist(), counts.tolist())
    for check in checks:
        values = [row.findings[check.name].value for row in judged if check.name in row.findings]
        if len(set(values)) < 2:
            continue
        counts, edges = np.histogram(values, BARS)
        limit = check.limit if np.isfinite(check.limit) else None
        yield Histogram(check.name, check.unit, edges.tolist(), counts.tolist(), limit, check.worse)


def _tables(whole: Whole) -> Iterator[Table]:
    heads = ("measure", "unit", "least", "5 %", "median", "95 %", "most", "faults")
    yield Table(
        "measures",
        heads,
        tuple(
            (one.name, one.unit, one.least, one.p5, one.median, one.p95, one.most, one.faults)
            for one in whole.spreads
        ),
    )
    if whole.cover:
        rows = tuple(
            (
                KINDS[kind],
                f"{100 * cover.covered:.1f} %",
                _listed(cover.missing),
                _listed(cover.rare),
            )
            for kind, cover in whole.cover.items()
        )
        yield Table("what the texts cover", ("of", "there", "missing", "rare"), rows)
    if whole.additions:
        rows = tuple((one.text, " ".join(one.new[:SHOWN])) for one in whole.additions)
        yield Table("sentences that would add the most", ("sentence", "new in it"), rows)
    if whole.sides:
        rows = tuple(
            (side, count, duration(seconds))
            for side, (count, seconds) in whole.sides.shares.items()
        )
        yield Table("sides", ("side", "clips", "speech"), rows)
        leaks = tuple((leak.held, leak.train, leak.alike) for leak in whole.sides.leaks)
        if leaks:
            yield Table("leaks: held texts that train", ("held", "trains", "alike"), leaks)
    rows = tuple(whole.hours.items())
    yield Table(f"an estimate: hours for {EPOCHS} epochs", ("model, GPU", "hours"), rows)


def _listed(units: Sequence[str]) -> str:
    return " ".join(units[:SHOWN]) + (f" … {len(units)} in all" if len(units) > SHOWN else "")
