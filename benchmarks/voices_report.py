"""What the report says of sets of clips as they are, in tables."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from voiceprep.batch.run import JobsConfig
from voiceprep.commands.report.command import report
from voiceprep.commands.report.result import Report, ShowConfig

WORST_SETS = 4


@dataclass(frozen=True)
class SetReport:
    """The report on one set.

    `measured` counts the clips in which a check measured something, `flagged` those it flags.
    """

    name: str
    clips: int
    seconds: float
    cpu_seconds: float
    measured: Counter[str]
    flagged: Counter[str]
    flagged_clips: int
    verdict: tuple[str, ...]
    notes: tuple[str, ...]
    findings: tuple[dict[str, Any], ...]


def report_set(dataset: Path) -> SetReport:
    """The report on a dataset, on one core and without what an earlier report measured."""
    print(dataset.name, file=sys.stderr)
    start = process_time()
    with TemporaryDirectory() as output:
        found = report(dataset=dataset, options=ShowConfig(output=output), jobs=JobsConfig(1))
    return summarize(dataset.name, found, process_time() - start)


def summarize(name: str, found: Report, cpu_seconds: float) -> SetReport:
    limited = {check.name for check in found.checks if abs(check.limit) != float("inf")}
    faults = found.faults()
    return SetReport(
        name,
        len(found.clips) + len(found.troubles),
        sum(row.sound.seconds for row in found.clips),
        cpu_seconds,
        Counter(check for row in found.clips for check in row.findings if check in limited),
        Counter(finding.check for finding in faults),
        len({finding.id for finding in faults}),
        tuple(found.verdict()),
        found.notes,
        tuple({"set": name} | asdict(finding) for finding in faults),
    )


def print_report(part: str, sets: Sequence[SetReport]) -> None:
    clips, seconds = sum(one.clips for one in sets), sum(one.seconds for one in sets)
    speed = seconds / sum(one.cpu_seconds for one in sets)
    print(f"{len(sets)} {part} sets, {clips} clips, {seconds / 60:.0f} min; {speed:.0f} times real")
    print("time on one core, by CPU time.\n")
    print("\n".join([*check_table(sets), "", *set_table(sets), "", *finding_table(sets)]))
    for one in sets:
        print(
            "", f"{one.name}:", *one.verdict, *(f"note: {note}" for note in one.notes), sep="\n  "
        )


def check_table(sets: Sequence[SetReport]) -> list[str]:
    """For every check how many clips it flags, of all and in the sets with the largest share."""
    rows = [
        "| check | flagged | of | share | not measured | most in |",
        "|---|---|---|---|---|---|",
    ]
    clips = sum(one.clips for one in sets)
    flagged, measured = Counter[str](), Counter[str]()
    for one in sets:
        flagged.update(one.flagged)
        measured.update(one.measured)
    for check in sorted(flagged | measured, key=lambda name: (-flagged[name], name)):
        # What is found on reading a file is not measured.
        total = measured[check] or clips
        worst = sorted(sets, key=lambda one: -share(one, check))[:WORST_SETS]
        most = ", ".join(
            f"{one.name} {one.flagged[check]} of {one.measured[check] or one.clips}"
            for one in worst
            if one.flagged[check]
        )
        rows.append(
            f"| {check} | {flagged[check]} | {total} | {percent(flagged[check], total)} | "
            f"{clips - total} | {most} |"
        )
    return rows


def share(one: SetReport, check: str) -> float:
    return one.flagged[check] / (one.measured[check] or one.clips)


def set_table(sets: Sequence[SetReport]) -> list[str]:
    rows = [
        "| set | clips | min | any finding | share | times real time |",
        "|---|---|---|---|---|---|",
    ]
    for one in sets:
        rows.append(
            f"| {one.name} | {one.clips} | {one.seconds / 60:.1f} | {one.flagged_clips} | "
            f"{percent(one.flagged_clips, one.clips)} | {one.seconds / one.cpu_seconds:.0f} |"
        )
    return rows


def finding_table(sets: Sequence[SetReport]) -> list[str]:
    rows = ["| set | check | flagged | of | share |", "|---|---|---|---|---|"]
    for one in sets:
        for check, count in one.flagged.most_common():
            total = one.measured[check] or one.clips
            rows.append(f"| {one.name} | {check} | {count} | {total} | {percent(count, total)} |")
    return rows


def percent(count: int, total: int) -> str:
    return f"{100 * count / total:.1f} %"
