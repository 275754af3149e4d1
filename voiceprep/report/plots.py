"""Pictures of numbers: each function draws one into a file, and measures nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..disk import replacing

INK, SOFT, ACCENT = "#1b2a41", "#8d99ae", "#c8553d"
# What is beyond is drawn in the last bar.
LONGEST_SECONDS = 2.0
BARS = 40


def draw_silences(silences: Mapping[str, Sequence[float]], target: Path) -> None:
    """Histograms of seconds, one above the other on one axis, with their medians."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 1.6 * len(silences) + 0.6), layout="constrained")
    rows = figure.subplots(len(silences), 1, sharex=True, squeeze=False)[:, 0]
    longest = max((max(values) for values in silences.values() if len(values)), default=0.0)
    end = min(max(0.1 * np.ceil(10 * longest), 0.5), LONGEST_SECONDS)
    edges = np.linspace(0, end, BARS + 1)
    for axes, (title, values) in zip(rows, silences.items(), strict=True):
        axes.hist(np.minimum(values, end - 1e-9), edges, color=INK, rwidth=0.9)
        told = f"{title}: {len(values)}"
        if len(values):
            median = float(np.median(values))
            axes.axvline(min(median, end), color=ACCENT, linewidth=1.5)
            told += f", median {median:.2f} s, longest {max(values):.2f} s"
        axes.set_title(told, loc="left", fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8, colors=INK)
        axes.set_ylabel("how many", fontsize=8)
        axes.yaxis.get_major_locator().set_params(integer=True)
    beyond = " (the last bar: and more)" if longest > end else ""
    rows[-1].set_xlabel(f"seconds{beyond}", fontsize=9)
    rows[-1].set_xlim(0, end)
    with replacing(target) as temporary:
        figure.savefig(temporary, format=target.suffix[1:], dpi=130)
