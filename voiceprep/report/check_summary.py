"""What a check says of all clips of a dataset, gathered while their rows are written."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

# Reasons that differ in their numbers alone are counted together; so many are shown.
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
REASONS = 3


@dataclass
class CheckSummary:
    """The clips that a check flagged, the worst of them, and those of which it could not tell."""

    name: str
    limit: float | None = None
    clips: int = 0
    seconds: float = 0.0
    worst: str = ""
    evidence: str = ""
    undecided: Counter[str] = field(default_factory=Counter)
    _examples: dict[str, str] = field(default_factory=dict)
    _distance: float = -1.0

    def add_finding(self, id: str, seconds: float, value: float, evidence: str) -> None:
        """Count a clip beyond the limit."""
        self.clips += 1
        self.seconds += seconds
        distance = abs(value - (self.limit or 0.0))
        if distance > self._distance:
            self._distance, self.worst, self.evidence = distance, id, evidence

    def add_undecided(self, reason: str) -> None:
        """Count a clip of which the check could not tell."""
        kind = _NUMBER.sub("#", reason)
        self.undecided[kind] += 1
        self._examples.setdefault(kind, reason)

    def record(self) -> dict[str, Any]:
        """The summary as the page's script reads it; a reason is shown as its first clip has it."""
        reasons = self.undecided.most_common(REASONS)
        return {
            "name": self.name,
            "clips": self.clips,
            "seconds": self.seconds,
            "worst": self.worst,
            "evidence": self.evidence,
            "undecided": self.undecided.total(),
            "reasons": [[self._examples[kind], count] for kind, count in reasons],
        }
