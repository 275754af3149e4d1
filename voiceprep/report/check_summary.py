"""What a check says of all clips of a dataset, gathered while their rows are written."""

from dataclasses import dataclass, field
from typing import Any

from ..quality.check import count_kinds

# So many reasons are shown.
REASONS = 3


@dataclass
class CheckSummary:
    """The clips that a check flagged, the worst of them, and why it could not tell of others."""

    name: str
    limit: float | None = None
    clips: int = 0
    seconds: float = 0.0
    worst: str = ""
    evidence: str = ""
    undecided: list[str] = field(default_factory=list)
    _distance: float = -1.0

    def add_finding(self, id: str, seconds: float, value: float, evidence: str) -> None:
        """Count a clip beyond the limit."""
        self.clips += 1
        self.seconds += seconds
        distance = abs(value - (self.limit or 0.0))
        if distance > self._distance:
            self._distance, self.worst, self.evidence = distance, id, evidence

    def record(self) -> dict[str, Any]:
        """The summary as the page's script reads it."""
        reasons = count_kinds(self.undecided)[:REASONS]
        return {
            "name": self.name,
            "clips": self.clips,
            "seconds": self.seconds,
            "worst": self.worst,
            "evidence": self.evidence,
            "undecided": len(self.undecided),
            "reasons": [list(reason) for reason in reasons],
        }
