"""What the report says of sets of clips as they are, in tables."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from voices_plant import LONG_SECONDS

from voiceprep.batch.run import JobsConfig
from voiceprep.commands.report.command import report
from voiceprep.commands.report.findings import FILE
from voiceprep.commands.report.result import Report, ShowConfig
from voiceprep.quality.check import without_numbers

WORST_SETS = 4
REASONS = 3


@dataclass(frozen=True)
class SetReport:
    """The report on one set.

    For each check `measured` counts the clips in which it measured something, `flagged` those that
    it flags, and `undecided` those in which it cannot tell; `reasons` has why, by check and reason.
    `long_clips` are those over LONG_SECONDS, of which most should be decided on.
    `properties` counts the clips that have alike what is beyond the limit of a check.
    """

    name: str
    clips: int
    seconds: float
    cpu_seconds: float
    measured: Counter[str]
    flagged: Counter[str]
    undecided: Counter[str]
    reasons: Counter[tuple[str, str]]
    long_clips: int
    long_undecided: Counter[str]
    properties: Counter[str]
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
    undecided = [
        (row.sound.seconds, check, reason)
        for row in found.clips
        for check, reason in row.undecided.items()
        if check in limited
    ]
    return SetReport(
        name,
        len(found.clips) + len(found.troubles),
        sum(row.sound.seconds for row in found.clips),
        cpu_seconds,
        Counter(check for row in found.clips for check in row.findings if check in limited),
        Counter(finding.check for finding in faults),
        Counter(check for _, check, _ in undecided),
        Counter((check, reason) for _, check, reason in undecided),
        sum(row.sound.seconds > LONG_SECONDS for row in found.clips),
        Counter(check for seconds, check, _ in undecided if seconds > LONG_SECONDS),
        Counter({one.check: len(one.ids) for one in found.properties}),
        len({finding.id for finding in faults}),
        tuple(found.verdict()),
        found.notes,
        tuple({"set": name} | asdict(finding) for finding in faults),
    )


def print_report(part: str, sets: Sequence[SetReport]) -> None:
    tables = (check_table(sets), reason_table(sets), set_table(sets), finding_table(sets))
    print(headline(part, sets))
    for table in tables:
        print("", *table, sep="\n")
    for one in sets:
        print(
            "", f"{one.name}:", *one.verdict, *(f"note: {note}" for note in one.notes), sep="\n  "
        )


def headline(part: str, sets: Sequence[SetReport]) -> str:
    clips, seconds = sum(one.clips for one in sets), sum(one.seconds for one in sets)
    speed = seconds / sum(one.cpu_seconds for one in sets)
    return (
        f"{len(sets)} {part} sets, {clips} clips, {seconds / 60:.0f} min; {speed:.0f} times real\n"
        "time on one core, by CPU time. Shares are of all clips."
    )


def check_table(sets: Sequence[SetReport]) -> list[str]:
    """For every check how many clips it flags and cannot judge, and where it flags most."""
    rows = [
        f"| check | flagged | share | undecided | share | of clips over {LONG_SECONDS:g} s | "
        "nothing to judge | flags most in |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for check, shares in check_shares(sets):
        # What is found on reading a file is not measured.
        judged = sum(
            one.clips if check == FILE else one.measured[check] + one.undecided[check]
            for one in sets
        )
        left = sum(one.clips for one in sets) - judged
        rows.append(f"| {check} | {shares} | {left} | {most_in(sets, check)} |")
    return rows


def check_shares(sets: Sequence[SetReport]) -> Iterator[tuple[str, str]]:
    """Every check, that of most clips first, with the cells of what it flags and cannot tell."""
    clips, long_clips = sum(one.clips for one in sets), sum(one.long_clips for one in sets)
    flagged = total(one.flagged for one in sets)
    undecided = total(one.undecided for one in sets)
    long_undecided = total(one.long_undecided for one in sets)
    names = flagged | undecided | total(one.measured for one in sets)
    for check in sorted(names, key=lambda name: (-flagged[name], name)):
        yield (
            check,
            " | ".join(
                [
                    f"{flagged[check]} | {percent(flagged[check], clips)}",
                    f"{undecided[check]} | {percent(undecided[check], clips)}",
                    f"{long_undecided[check]} of {long_clips}",
                ]
            ),
        )


def total(counters: Iterable[Counter[str]]) -> Counter[str]:
    counts = Counter[str]()
    for one in counters:
        counts.update(one)
    return counts


def most_in(sets: Sequence[SetReport], check: str) -> str:
    worst = sorted(sets, key=lambda one: -one.flagged[check] / one.clips)[:WORST_SETS]
    return ", ".join(
        f"{one.name} {one.flagged[check]} of {one.clips}" for one in worst if one.flagged[check]
    )


def reason_table(sets: Sequence[SetReport]) -> list[str]:
    """The commonest reasons for which each check cannot tell, alike but for their numbers."""
    rows = ["| check | undecided, as the clip | clips | sets |", "|---|---|---|---|"]
    clips, where = Counter[tuple[str, str]](), dict[tuple[str, str], set[str]]()
    example: dict[tuple[str, str], str] = {}
    for one in sets:
        for (check, reason), count in one.reasons.items():
            key = check, without_numbers(reason)
            clips[key] += count
            where.setdefault(key, set()).add(one.name)
            example.setdefault(key, reason)
    for check in sorted({check for check, _ in clips}):
        own = Counter({key: count for key, count in clips.items() if key[0] == check})
        for key, count in own.most_common(REASONS):
            rows.append(f"| {check} | {example[key]} | {count} | {len(where[key])} |")
    return rows


def set_table(sets: Sequence[SetReport]) -> list[str]:
    rows = [
        "| set | clips | min | any finding | share | properties of the voice | times real time |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in sets:
        alike = ", ".join(f"{check} {count}" for check, count in one.properties.most_common())
        rows.append(
            f"| {one.name} | {one.clips} | {one.seconds / 60:.1f} | {one.flagged_clips} | "
            f"{percent(one.flagged_clips, one.clips)} | {alike} | "
            f"{one.seconds / one.cpu_seconds:.0f} |"
        )
    return rows


def finding_table(sets: Sequence[SetReport]) -> list[str]:
    rows = ["| set | check | flagged | of | share |", "|---|---|---|---|---|"]
    for one in sets:
        rows += [
            f"| {one.name} | {check} | {count} | {one.clips} | {percent(count, one.clips)} |"
            for check, count in one.flagged.most_common()
        ]
    return rows


def percent(count: int, total: int) -> str:
    return f"{100 * count / total:.1f} %"
