"""`voiceprep loudness`: clips of one loudness, or how loud they are."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..audio.convert import load_as_is
from ..audio.files import find_sounds, sounds_by_name
from ..audio.loudness import Loudness, LoudnessConfig, measure_loudness
from ..batch import Batch, BatchConfig, Progress, no_progress
from ..config import setting
from ..errors import UserError
from ..measure import Measured, measure_all, trouble_lines
from ..summary import clip_count, on_one_line
from .stepping import take_step


@dataclass(frozen=True)
class StatsConfig:
    """Whether anything is written."""

    print_stats: bool = setting(False, "measure only, and write nothing", "--print-stats")


@dataclass(frozen=True)
class Levels:
    """How loud every clip is."""

    measured: Measured[Loudness]
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 clean, 3 where clips could not be measured."""
        return self.measured.exit_code

    def lines(self, verbose: bool = False) -> list[str]:  # noqa: ARG002
        """A table of all clips, then what they have in common."""
        values = {on_one_line(name): value for name, value in self.measured.values.items()}
        width = max([len(name) for name in values], default=2)
        lines = [f"{'id':<{width}}     LUFS     dBTP"]
        for name, loudness in values.items():
            lufs, peak = _shown(loudness.lufs), _shown(loudness.true_peak_dbtp)
            note = "" if loudness.method == "integrated" else f"  {loudness.method}"
            lines.append(f"{name:<{width}}{lufs:>9}{peak:>9}{note}")
        heard = [row.lufs for row in values.values() if row.lufs is not None]
        lines += ["", clip_count(len(values))]
        if heard:
            low, middle, high = np.percentile(heard, (5, 50, 95))
            lines[-1] += f", median {middle:.1f} LUFS, nine of ten from {low:.1f} to {high:.1f}"
        lines += trouble_lines(self.measured.troubles)
        return lines + [line for note in self.notes for line in ("", f"note: {note}")]

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row for every clip, then for every trouble, then the summary."""
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
    config: LoudnessConfig = LoudnessConfig(),  # noqa: B008 (frozen)
    stats: StatsConfig = StatsConfig(),
    batch: BatchConfig = BatchConfig(),  # noqa: B008 (frozen)
    progress: Progress = no_progress,
) -> Batch | Levels:
    """Bring clips to one loudness, their true peaks held under a limit.

    SOURCE is a folder of sounds or one sound, which keep their rate and subfolders in TARGET.
    Loudness is that of EBU R 128; TARGET is left out where --print-stats only shows it.

    \b
    Example: voiceprep loudness wavs levelled
    """
    if stats.print_stats:
        found = find_sounds(source)

        def measure(path: Path) -> Loudness:
            return measure_loudness(load_as_is(path).sound)

        return Levels(measure_all(sounds_by_name(found), measure, batch, progress), found.notes)
    if target is None:
        raise UserError("no TARGET to write to: name a folder, or --print-stats measures only")
    return take_step("loudness", config, source, target, dataset, batch, progress)


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
