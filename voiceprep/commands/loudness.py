"""`voiceprep loudness`: brings clips to one loudness, or measures it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..audio.convert import load_as_is
from ..audio.files import find_sounds, sounds_by_name
from ..audio.loudness import Loudness, LoudnessConfig, measure_loudness
from ..batch.measure import Measured, measure_all, trouble_lines
from ..batch.run import BatchConfig, BatchResult, Progress, no_progress
from ..batch.summary import clip_count, on_one_line
from ..config import setting
from ..dataset.steps import take_step
from ..errors import UserError
from ..records import Shown


@dataclass(frozen=True)
class MeasureConfig:
    """Whether clips are only measured."""

    print_stats: bool = setting(False, "measure only, and write nothing", "--print-stats")


@dataclass(frozen=True, repr=False)
class Levels(Shown):
    """The loudness of every clip."""

    measured: Measured[Loudness]
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 clean, 3 where clips could not be measured."""
        return self.measured.exit_code

    def lines(self, verbose: bool = False) -> list[str]:  # noqa: ARG002
        """A table of all clips, then their statistics."""
        values = {on_one_line(name): value for name, value in self.measured.values.items()}
        width = max([len(name) for name in values], default=2)
        lines = [f"{'id':<{width}}     LUFS     dBTP"]
        for name, loudness in values.items():
            lufs, peak = _shown(loudness.lufs), _shown(loudness.true_peak_dbtp)
            note = "" if loudness.method == "integrated" else f"  {loudness.method}"
            lines.append(f"{name:<{width}}{lufs:>9}{peak:>9}{note}")
        known = [row.lufs for row in values.values() if row.lufs is not None]
        lines += ["", clip_count(len(values))]
        if known:
            low, median, high = np.percentile(known, (5, 50, 95))
            lines[-1] += f", median {median:.1f} LUFS, 90 % from {low:.1f} to {high:.1f}"
        lines += trouble_lines(self.measured.troubles)
        return lines + [line for note in self.notes for line in ("", f"note: {note}")]

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row for every clip, then for every unread file, then the summary."""
        for name, loudness in self.measured.values.items():
            figures = {"lufs": loudness.lufs, "true_peak_dbtp": loudness.true_peak_dbtp}
            shown = {key: value and round(value, 3) for key, value in figures.items()}
            yield {"id": name, **shown, "method": loudness.method}
        yield from (asdict(outcome) for outcome in self.measured.troubles)
        counts = {"measured": len(self.measured.values), "troubles": len(self.measured.troubles)}
        yield {"summary": {"clips": counts}}


def loudness(
    source: Path,
    target: Path | None = None,
    dataset: Path = Path(),
    config: LoudnessConfig = LoudnessConfig(),
    stats: MeasureConfig = MeasureConfig(),
    batch: BatchConfig = BatchConfig(),
    progress: Progress = no_progress,
) -> BatchResult | Levels:
    """Bring clips to one loudness, with true peaks below a limit.

    SOURCE is a folder of sounds or one sound. Their rate and subfolders are kept in TARGET.
    Loudness is measured by EBU R 128; --print-stats only measures it and needs no TARGET.

    \b
    Example: voiceprep loudness wavs levelled
    """
    if stats.print_stats:
        found = find_sounds(source)

        def measure(path: Path) -> Loudness:
            return measure_loudness(load_as_is(path).sound)

        return Levels(measure_all(sounds_by_name(found), measure, batch, progress), found.notes)
    if target is None:
        raise UserError("no TARGET to write to: name a folder, or use --print-stats to measure")
    return take_step("loudness", config, source, target, dataset, batch, progress)


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
