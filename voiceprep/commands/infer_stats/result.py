"""The result of infer-stats, in lines and as records."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...records import Shown
from ...train.diagnosis.runs import Overview, Pair, Trend
from ...train.diagnosis.verdict import format_rate

RUNS, LATENCIES, TABLE, PAGE = "runs.jsonl", "latencies.jsonl", "runs.csv", "index.html"


@dataclass(frozen=True, repr=False)
class InferStatsResult(Shown):
    """The result of all runs, the verdict first."""

    folder: Path
    verdict: tuple[str, ...]
    overviews: tuple[Overview, ...]
    pairs: tuple[Pair, ...]
    trend: Trend | None
    over_limit: tuple[str, ...]
    latencies: dict[str, float]
    notes: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """1 if a limit was exceeded, else 0."""
        return 1 if self.over_limit else 0

    def lines(self, verbose: bool) -> list[str]:
        """The verdict; if `verbose`, also the rates of every text, length and ending."""
        lines = [*self.verdict, *(f"over the limit: {line}" for line in self.over_limit)]
        for overview in self.overviews if verbose else ():
            for name in ("by_sentence", "by_length", "by_ending"):
                lines += ["", f"{overview.voice}, failed {name.replace('_', ' ')}"]
                rates = getattr(overview, name).items()
                lines += [f"  {kind or 'nothing'}: {format_rate(rate)}" for kind, rate in rates]
        lines += [f"note: {note}" for note in self.notes]
        return [*lines, f"→ {self.folder / PAGE}, {RUNS}, {TABLE}"]

    def rows(self) -> Iterator[dict[str, Any]]:
        """An overview of each voice, each comparison, then the summary with the trend if any."""
        yield from (asdict(overview) for overview in self.overviews)
        yield from (asdict(pair) for pair in self.pairs)
        yield {
            "summary": {
                **({"trend": asdict(self.trend)} if self.trend else {}),
                "verdict": list(self.verdict),
                "over_limit": list(self.over_limit),
                "folder": str(self.folder),
                "notes": list(self.notes),
                **self.latencies,
            }
        }
