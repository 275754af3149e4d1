"""What came of a run, in a few lines that a person reads with pleasure."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from .records import Outcome

SHOWN, WIDTH = 10, 40


def duration(seconds: float) -> str:
    """Seconds as a person says them: `4.2 s`, `2 min 03 s`, `10 h 02 min`."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def on_one_line(name: str) -> str:
    """A name as it may stand in a table: what cannot be printed, line ends too, is escaped."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in name
    )


def batch_lines(
    target: Path,
    outcomes: Sequence[Outcome],
    counts: Mapping[str, int],
    seconds: Mapping[str, float],
    notes: Sequence[str],
) -> list[str]:
    """The summary of a run over many clips: it adds up in clips and in seconds."""
    lines = [f"{clip_count(len(outcomes))}, {duration(seconds['in'])} → {target}", ""]
    told = {"done": "done", "skipped": "up to date", "quarantined": "quarantined"}
    told["failed"] = "failed"
    dry = any(outcome.why.startswith("dry run") for outcome in outcomes)
    if dry:
        told["skipped"] = "skipped"
    lines += [f"  {told[status]:<12}{count:>6}" for status, count in counts.items() if count]
    came, became = (
        " + ".join(f"{seconds[name]:.1f} {name}" for name in names if seconds[name])
        for names in (("in", "padded"), ("kept", "trimmed", "quarantined", "failed"))
    )
    lines += ["", f"  seconds: {came or 0} = {became or 0}"]
    unknown = sum(
        outcome.status in ("quarantined", "failed") and "seconds" not in outcome.facts
        for outcome in outcomes
    )
    if unknown:
        lines[-1] += f"; {clip_count(unknown)} of unknown length"
    if counts["skipped"] and not (counts["done"] or dry):
        lines += ["", "nothing to do: what can be used is up to date"]
    for status in ("quarantined", "failed", "done", "skipped"):
        lines += _reasons(outcomes, status, "warnings" if status == "done" else told[status])
    return lines + [line for note in notes for line in ("", f"note: {note}")]


def clip_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """A line for every clip."""
    return [
        f"{outcome.status:<12}{on_one_line(outcome.id)}  {outcome.why}".rstrip()
        for outcome in outcomes
    ]


def _reasons(outcomes: Sequence[Outcome], status: str, title: str) -> list[str]:
    """The clips of one status with their reasons; those of one reason stand together."""
    groups: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.status == status and outcome.why:
            groups.setdefault(outcome.why, []).append(outcome.id)
    if not groups:
        return []
    labels = [(_label(ids), why) for why, ids in groups.items()]
    width = min(max(len(label) for label, _ in labels[:SHOWN]), WIDTH)
    lines = ["", title, *(f"  {label:<{width}}  {why}" for label, why in labels[:SHOWN])]
    if len(labels) > SHOWN:
        lines.append(f"  … and {len(labels) - SHOWN} more, each with its reason in outcomes.jsonl")
    return lines


def _label(ids: Sequence[str]) -> str:
    """The names of clips, or how many they are where they are too many for a line."""
    names = ", ".join(map(on_one_line, ids))
    return names if len(ids) == 1 or len(names) <= WIDTH else clip_count(len(ids))


def clip_count(count: int) -> str:
    """So many clips, in words."""
    return "1 clip" if count == 1 else f"{count} clips"
