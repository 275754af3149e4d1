"""Everything that is measured on one part, as Markdown, and the record of who looked when."""

import json
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from voices_plant import LONG_SECONDS, Planted, recall
from voices_report import SetReport, check_shares, headline, percent, set_table

JUDGED = "judged.jsonl"


def record_look(folder: Path, action: str) -> list[str]:
    """Record that the held part is looked at; return a note on each earlier look."""
    path = folder / JUDGED
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    row = {"action": action, "date": date.today().isoformat(), "commit": commit()}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    return [
        f"note: held was looked at on {one['date']} at {one['commit']} already, "
        f"by --{one['action']}"
        for one in map(json.loads, lines)
    ]


def commit() -> str:
    """The commit that is checked out, marked where files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    made = subprocess.run(command, cwd=Path(__file__).parent, check=True, stdout=subprocess.PIPE)
    return made.stdout.decode().strip()


def judge_lines(part: str, sets: Sequence[SetReport], rows: Sequence[Planted]) -> list[str]:
    """The alarms and the recalls of one part by check, and the sets."""
    return [headline(part, sets), "", *alarm_table(sets, rows), "", *set_table(sets)]


def alarm_table(sets: Sequence[SetReport], rows: Sequence[Planted]) -> list[str]:
    """For every check what it flags and cannot tell, and the recall of each fault it looks for."""
    lines = [
        f"| check | flagged | share | undecided | share | of clips over {LONG_SECONDS:g} s | "
        "recall of moderate faults |",
        "|---|---|---|---|---|---|---|",
    ]
    for check, shares in check_shares(sets):
        own = [row for row in rows if row.check == check]
        recalls = ", ".join(
            recall_of(fault, [row for row in own if row.fault == fault])
            for fault in dict.fromkeys(row.fault for row in own)
        )
        lines.append(f"| `{check}` | {shares} | {recalls} |")
    clips = sum(one.clips for one in sets)
    any_finding = sum(one.flagged_clips for one in sets)
    return [*lines, f"| any | {any_finding} | {percent(any_finding, clips)} | | | | |"]


def recall_of(fault: str, rows: Sequence[Planted]) -> str:
    rate = recall(rows)
    return f"{fault} {rate.rate:.2f} ({rate.low:.2f} to {rate.high:.2f})"
