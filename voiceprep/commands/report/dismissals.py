"""Applies the dismissals of a person: checks whose findings are no faults in this dataset."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ...batch.summary import clip_count, on_one_line
from ...errors import nearest
from ...quality.check import Check
from ...quality.verdicts import Dismissal, Verdicts
from .findings import CHECKS, FILE, JudgedClip

# So many characters of a reason are shown.
WIDTH = 200


def without_dismissed(
    clips: Sequence[JudgedClip], dismissals: Mapping[str, Dismissal]
) -> list[JudgedClip]:
    """The clips, in which no finding of a dismissed check is a fault; its values stay."""
    if not dismissals:
        return list(clips)
    return [
        replace(
            row,
            findings={
                name: replace(finding, ok=finding.ok or name in dismissals)
                for name, finding in row.findings.items()
            },
        )
        for row in clips
    ]


def dismissal_notes(
    clips: Sequence[JudgedClip], checks: Sequence[Check], verdicts: Verdicts
) -> Iterator[str]:
    """What is dismissed, with its clips and the reason; `clips` are as they were judged."""
    ran = {FILE, *(check.name for check in checks)}
    known = [FILE, *(check.name for check in CHECKS)]
    for name, dismissal in verdicts.dismissals.items():
        if name not in known:
            # The file may come from another version: it is no reason to report nothing.
            hint = nearest(name, known)
            yield f"{verdicts.path.name} dismisses {name!r}, which is not a check: {hint}"
        elif name in ran:
            count = sum(any(fault.check == name for fault in row.faults) for row in clips)
            note = f"dismissed for the whole set by {verdicts.path.name}: "
            note += f"{name} ({clip_count(count)})"
            why = on_one_line(dismissal.why)
            why = why if len(why) <= WIDTH else f"{why[:WIDTH]}…"
            yield f"{note}: {why}" if why else note
