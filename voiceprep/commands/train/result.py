"""The results of `voiceprep train`: how a run ended, and what one would cost."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ...records import Outcome, Shown
from ...train.run.dry_run import CostEstimate
from ...train.run.signals import INTERRUPTED, PREEMPTED
from ...train.run.trainer import FINISHED, TIME

EXIT_CODES = {FINISHED: 0, TIME: 0, PREEMPTED: 75, INTERRUPTED: 130}


@dataclass(frozen=True, repr=False)
class TrainResult(Shown):
    """How a run ended, and its last values; only the leading process shows them."""

    ending: str
    folder: Path
    step: int
    total_steps: int
    skipped: int = 0
    values: dict[str, float] = field(default_factory=dict)
    left_out: tuple[Outcome, ...] = ()
    leads: bool = True
    resume: str = "auto"

    @property
    def exit_code(self) -> int:
        """75 or 130 if it was stopped; else 3 if clips were left out, or 0."""
        return EXIT_CODES[self.ending] or (3 if self.left_out else 0)

    def lines(self, verbose: bool) -> list[str]:
        """See Result."""
        if not self.leads:
            return []
        lines = [f"{self.ending} at step {self.step} of {self.total_steps} → {self.folder}"]
        lines += [f"  {name:26} {value:.4f}" for name, value in self.values.items()]
        if self.skipped:
            lines.append(f"  {self.skipped} steps had no finite gradient and were skipped")
        if self.step < self.total_steps:
            without = "" if self.resume in ("auto", "last") else ", without --resume,"
            lines.append(f"the same command{without} resumes from here")
        if verbose:
            lines += [f"{row.id}: {row.status}, {row.why}" for row in self.left_out]
        return lines

    def rows(self) -> Iterable[dict[str, Any]]:
        """See Result."""
        if self.leads:
            yield from (asdict(row) for row in self.left_out)
            summary = {"ending": self.ending, "folder": str(self.folder), "step": self.step}
            summary |= {"total_steps": self.total_steps, "skipped": self.skipped}
            yield {"summary": summary | self.values}


@dataclass(frozen=True, repr=False)
class DryRunResult(Shown):
    """What a run would cost."""

    cost: CostEstimate
    left_out: tuple[Outcome, ...]
    leads: bool = True

    @property
    def exit_code(self) -> int:
        """3 if clips would be left out, as the run would end, else 0."""
        return 3 if self.left_out else 0

    def lines(self, verbose: bool) -> list[str]:  # noqa: ARG002
        """See Result."""
        if not self.leads:
            return []
        cost = self.cost
        return [
            f"{cost.clips} clips, {cost.frames} frames, {len(self.left_out)} left out",
            f"{cost.batches} batches per epoch, {100 * cost.padded:.0f} % padding in them",
            f"{cost.seconds_per_step:.2f} s per step, {cost.items_per_second:.0f} {cost.unit}/s, "
            f"{cost.peak_bytes / 2**30:.1f} GiB at most",
            f"{cost.hours:.1f} hours for {cost.steps} steps; nothing was written",
        ]

    def rows(self) -> Iterable[dict[str, Any]]:
        """See Result."""
        if self.leads:
            yield from (asdict(row) for row in self.left_out)
            yield {"summary": asdict(self.cost) | {"hours": self.cost.hours}}
