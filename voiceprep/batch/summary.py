"""The summary of a run as a few lines of text."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite
from pathlib import Path

from ..errors import on_one_line
from ..records import Outcome
from .ledger import LEDGER

SHOWN, WIDTH = 10, 40


def duration(seconds: float) -> str:
    """Seconds in readable form: `4.2 s`, `2 min 03 s`, `10 h 02 min`."""
    if seconds < 59.95 or not isfinite(seconds):
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def batch_lines(
    target: Path,
    outcomes: Sequence[Outcome],
    counts: Mapping[str, int],
    seconds: Mapping[str, float],
    notes: Sequence[str],
) -> list[str]:
    """The summary of a run over many clips, in clips and in seconds.

    A dry run reads no sound, so its seconds are not known and left out.
    """
    dry = any("would_be" in outcome.facts for outcome in outcomes)
    length = "" if dry else f", {duration(seconds['in'])}"
    lines = [f"{clip_count(len(outcomes))}{length} → {target}", ""]
    labels = {"done": "done", "skipped": "up to date", "quarantined": "quarantined"}
    labels["failed"] = "failed"
    if dry:
        labels["skipped"] = "skipped"
    lines += [f"  {labels[status]:<12}{count:>6}" for status, count in counts.items() if count]
    if not dry:
        lines += ["", _seconds_line(outcomes, seconds)]
    if counts["skipped"] and not (counts["done"] or dry):
        lines += ["", "nothing to do: all usable clips are up to date"]
    for status in ("quarantined", "failed"):
        lines += reason_lines(outcomes, status, status)
    lines += reason_lines(list(map(_warning, outcomes)), "done", "warnings")
    lines += reason_lines(list(map(_note, outcomes)), "done", "notes")
    lines += reason_lines(outcomes, "skipped", labels["skipped"])
    return lines + [line for note in notes for line in ("", f"note: {note}")]


def _seconds_line(outcomes: Sequence[Outcome], seconds: Mapping[str, float]) -> str:
    """The seconds that were read or added, and what became of them."""
    read, result = (
        " + ".join(f"{seconds[name]:.1f} {name}" for name in names if seconds[name])
        for names in (("in", "padded"), ("kept", "trimmed", "quarantined", "failed"))
    )
    line = f"  seconds: {read or 0} = {result or 0}"
    unknown = sum(
        outcome.status in ("quarantined", "failed") and "seconds" not in outcome.facts
        for outcome in outcomes
    )
    return f"{line}; {clip_count(unknown)} of unknown length" if unknown else line


def _warning(outcome: Outcome) -> Outcome:
    """The outcome without the part of its reason that is no warning."""
    return replace(outcome, why=outcome.why.removesuffix(_note(outcome).why).removesuffix("; "))


def _note(outcome: Outcome) -> Outcome:
    """The outcome with the part of its reason that is no warning: why a step was not needed."""
    return replace(outcome, why=outcome.facts.get("unneeded", ""))


def clip_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """A line for every clip."""
    return [
        f"{outcome.status:<12}{on_one_line(outcome.id)}  {outcome.why}".rstrip()
        for outcome in outcomes
    ]


def reason_lines(
    outcomes: Sequence[Outcome], status: str, title: str, source: str = LEDGER
) -> list[str]:
    """The clips of one status with their reasons, grouped by reason; `source` has all of them."""
    groups: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.status == status and outcome.why:
            groups.setdefault(outcome.why, []).append(outcome.id)
    if not groups:
        return []
    rows = [(_label(ids), why) for why, ids in groups.items()]
    # A line that says "1 more" takes the place of that one.
    shown = rows if len(rows) == SHOWN + 1 else rows[:SHOWN]
    width = min(max(len(label) for label, _ in shown), WIDTH)
    lines = ["", title, *(f"  {label:<{width}}  {why}" for label, why in shown)]
    if len(rows) > len(shown):
        lines.append(f"  … and {len(rows) - SHOWN} more, each with its reason in {source}")
    return lines


def _label(ids: Sequence[str]) -> str:
    """The names of clips, or their number where they do not fit on a line."""
    names = ", ".join(map(on_one_line, ids))
    return names if len(ids) == 1 or len(names) <= WIDTH else clip_count(len(ids))


def clip_count(count: int) -> str:
    """A number of clips, in words."""
    return "1 clip" if count == 1 else f"{count} clips"
