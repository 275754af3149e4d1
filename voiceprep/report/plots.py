"""Plots: each function draws given values into a file, and measures nothing."""

import textwrap
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..files import replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, ACCENT = "#1b2a41", "#8d99ae", "#c8553d"
COLOURS = (INK, ACCENT, "#2a7f62", "#7a5195", "#b08900", "#3d7ea6")
# Longer silences are drawn in the last bar.
LONGEST_SECONDS = 2.0
BARS = 40
LONGEST_TITLE = 90


def draw_silences(silences: Mapping[str, Sequence[float]], target: Path) -> None:
    """Draw stacked histograms of seconds on one axis, with their medians."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 1.6 * len(silences) + 0.6), layout="constrained")
    rows = figure.subplots(len(silences), 1, sharex=True, squeeze=False)[:, 0]
    longest = max((max(values) for values in silences.values() if len(values)), default=0.0)
    end = min(max(0.1 * np.ceil(10 * longest), 0.5), LONGEST_SECONDS)
    edges = np.linspace(0, end, BARS + 1)
    for axes, (title, values) in zip(rows, silences.items(), strict=True):
        axes.hist(np.minimum(values, end - 1e-9), edges, color=INK, rwidth=0.9)
        label = f"{title}: {len(values)}"
        if len(values):
            median = float(np.median(values))
            axes.axvline(min(median, end), color=ACCENT, linewidth=1.5)
            label += f", median {median:.2f} s, longest {max(values):.2f} s"
        axes.set_title(label, loc="left", fontsize=9)
        _style_axes(axes)
        axes.set_ylabel("count", fontsize=8)
        axes.yaxis.get_major_locator().set_params(integer=True)
    beyond = " (last bar: and longer)" if longest > end else ""
    rows[-1].set_xlabel(f"seconds{beyond}", fontsize=9)
    rows[-1].set_xlim(0, end)
    _save(figure, target)


@dataclass(frozen=True)
class Curve:
    """Losses over epochs or steps: a line, with `dots` also the points; `soft` is a thin line."""

    title: str
    places: Sequence[float]
    losses: Sequence[float]
    dots: bool = False
    soft: bool = False
    colour: int = 0


def draw_losses(curves: Sequence[Curve], target: Path, axis: str = "epochs") -> None:
    """Draw loss curves into one plot; a value that is not finite is a gap, counted in the legend.

    The scale is logarithmic where all losses are positive and the largest is ten times the
    smallest.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator

    figure = Figure(figsize=(8, 4.2), layout="constrained")
    axes = figure.subplots()
    drawn = [np.asarray(curve.losses, float) for curve in curves]
    for curve, losses in zip(curves, drawn, strict=True):
        colour = COLOURS[curve.colour % len(COLOURS)]
        gaps = np.where(np.isfinite(losses), losses, np.nan)
        missing = int(np.isnan(gaps).sum())
        axes.plot(
            curve.places,
            gaps,
            color=colour,
            label=curve.title + (f" ({missing} not a number)" if missing else ""),
            marker="o" if curve.dots or len(losses) == 1 else "",
            markersize=3.5,
            linewidth=0.7 if curve.soft else 1.6,
            alpha=0.45 if curve.soft else 1.0,
        )
    known = np.concatenate([losses[np.isfinite(losses)] for losses in drawn] or [np.empty(0)])
    if len(known) and known.min() > 0 and known.max() > 10 * known.min():
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("")
    _style_axes(axes)
    axes.set_xlabel(axis, fontsize=9)
    axes.set_ylabel("loss", fontsize=9)
    axes.grid(True, which="both", color=SOFT, alpha=0.2, linewidth=0.6)
    if curves:
        for text in axes.legend(fontsize=8, frameon=False).get_texts():
            text.set_parse_math(False)
    _save(figure, target)


@dataclass(frozen=True)
class AlignmentPlot:
    """A model's output for one text.

    mel: (M, T); alignment: (S, N), the attention of each decoder step, and gate: (S,)
    probabilities, None of a model that has none;
    `stop` is the step at which the gate stopped, None where it did not: then `unstopped` is shown.
    `recorded` (M, any T) is the mel of the recording to compare with, if any.
    """

    mel: np.ndarray
    alignment: np.ndarray | None
    gate: np.ndarray | None
    stop: int | None = None
    text: str = ""
    recorded: np.ndarray | None = None
    unstopped: str = "did not stop"


def draw_alignment(
    plot: AlignmentPlot, target: Path, threshold: float = 0.5, frame_seconds: float | None = None
) -> None:
    """Draw the mel, the attention and the gate probabilities, with the stop marked in each.

    The axes are in seconds where `frame_seconds`, the length of a frame, is given.
    """
    from matplotlib.figure import Figure

    recorded = [] if plot.recorded is None else [("recorded", plot.recorded)]
    mels = [*recorded, ("predicted", plot.mel)]
    heights = [1.0] * len(mels)
    heights += [] if plot.alignment is None else [1.5]
    heights += [] if plot.gate is None else [0.6]
    figure = Figure(figsize=(8, 1.9 * sum(heights) + 0.5), layout="constrained")
    rows = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    unit = frame_seconds or 1.0
    curve = plot.alignment if plot.gate is None else plot.gate
    steps = 0 if curve is None else len(curve)
    end = max(plot.mel.shape[1], 1) * unit
    step = end / max(steps, 1)
    for axes, (name, mel) in zip(rows, mels, strict=False):
        _picture(axes, mel, mel.shape[1] * unit, "magma")
        axes.set_ylabel(f"{name}\nmel channel", fontsize=8)
    if plot.alignment is not None:
        _picture(rows[len(mels)], plot.alignment.T, end, "viridis")
        rows[len(mels)].set_ylabel("symbol", fontsize=8)
    if plot.gate is not None:
        rows[-1].plot((np.arange(steps) + 0.5) * step, plot.gate, color=INK, linewidth=1.4)
        rows[-1].axhline(threshold, color=SOFT, linewidth=0.9, linestyle="--")
        rows[-1].set_ylim(-0.05, 1.05)
        rows[-1].set_ylabel("gate", fontsize=8)
    rows[-1].set_xlabel("seconds" if frame_seconds else "frames", fontsize=9)
    rows[-1].set_xlim(0, max(end, *(mel.shape[1] * unit for _, mel in mels)))
    note = plot.unstopped
    if plot.stop is not None:
        place = (plot.stop + 0.5) * step
        note = f"stopped at {place:.2f} s" if frame_seconds else f"stopped at step {plot.stop}"
        for axes in rows[len(recorded) :]:
            axes.axvline(place, color=ACCENT if axes is rows[-1] else "white", linewidth=1.3)
    shown = textwrap.shorten(plot.text, LONGEST_TITLE, placeholder=" …")
    figure.suptitle(f"{shown}  ({note})".lstrip(), fontsize=9, x=0.01, ha="left", parse_math=False)
    for axes in rows:
        _style_axes(axes)
    _save(figure, target)


def draw_mels(
    mels: Sequence[tuple[str, np.ndarray]], target: Path, title: str, frame_seconds: float
) -> None:
    """Draw mels, (M, T) each, one above the other, all on the colour scale of the first."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 1.9 * len(mels) + 0.6), layout="constrained")
    rows = figure.subplots(len(mels), 1, sharex=True, squeeze=False)[:, 0]
    scale = {"vmin": float(mels[0][1].min()), "vmax": float(mels[0][1].max())}
    for axes, (name, mel) in zip(rows, mels, strict=True):
        _picture(axes, mel, mel.shape[1] * frame_seconds, "magma", **scale)
        axes.set_ylabel(f"{name}\nmel channel", fontsize=8)
        _style_axes(axes)
    rows[-1].set_xlabel("seconds", fontsize=9)
    shown = textwrap.shorten(title, LONGEST_TITLE, placeholder=" …")
    figure.suptitle(shown, fontsize=9, x=0.01, ha="left", parse_math=False)
    _save(figure, target)


def _picture(axes: "Axes", values: np.ndarray, end: float, colours: str, **limits: Any) -> None:
    extent = (0, end or 1.0, 0, values.shape[0])
    axes.imshow(values, origin="lower", aspect="auto", cmap=colours, extent=extent, **limits)


def _style_axes(axes: "Axes") -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8, colors=INK)


def _save(figure: "Figure", target: Path) -> None:
    with replacing(target) as temporary, warnings.catch_warnings():
        # A character that the font lacks is drawn as a box.
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        figure.savefig(temporary, format=target.suffix[1:], dpi=130)
