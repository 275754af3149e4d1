"""Pictures of numbers: each function draws one into a file, and measures nothing."""

import textwrap
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..disk import replacing

INK, SOFT, ACCENT = "#1b2a41", "#8d99ae", "#c8553d"
COLOURS = (INK, ACCENT, "#2a7f62", "#7a5195", "#b08900", "#3d7ea6")
# What is beyond is drawn in the last bar.
LONGEST_SECONDS = 2.0
BARS = 40
LONGEST_TITLE = 90


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
        _plain(axes)
        axes.set_ylabel("how many", fontsize=8)
        axes.yaxis.get_major_locator().set_params(integer=True)
    beyond = " (the last bar: and more)" if longest > end else ""
    rows[-1].set_xlabel(f"seconds{beyond}", fontsize=9)
    rows[-1].set_xlim(0, end)
    _save(figure, target)


@dataclass(frozen=True)
class Curve:
    """Losses over epochs or steps: a line, or with `dots` the single points; `soft` is thin."""

    title: str
    places: Sequence[float]
    losses: Sequence[float]
    dots: bool = False
    soft: bool = False
    colour: int = 0


def draw_losses(curves: Sequence[Curve], target: Path, axis: str = "epochs") -> None:
    """Curves of losses on one plane; what is no number is a gap, told where it is.

    The scale is logarithmic where all is above zero and the largest is ten times the least.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator

    figure = Figure(figsize=(8, 4.2), layout="constrained")
    axes = figure.subplots()
    drawn = [np.asarray(curve.losses, float) for curve in curves]
    for curve, losses in zip(curves, drawn, strict=True):
        colour = COLOURS[curve.colour % len(COLOURS)]
        shape = {"marker": "o", "markersize": 3.5} if curve.dots or len(losses) == 1 else {}
        weight = {"linewidth": 0.7, "alpha": 0.45} if curve.soft else {"linewidth": 1.6}
        gaps = np.where(np.isfinite(losses), losses, np.nan)
        missing = int(np.isnan(gaps).sum())
        title = curve.title + (f" ({missing} not a number)" if missing else "")
        axes.plot(curve.places, gaps, color=colour, label=title, **shape, **weight)
    known = np.concatenate([losses[np.isfinite(losses)] for losses in drawn] or [np.empty(0)])
    if len(known) and known.min() > 0 and known.max() > 10 * known.min():
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("")
    _plain(axes)
    axes.set_xlabel(axis, fontsize=9)
    axes.set_ylabel("loss", fontsize=9)
    axes.grid(True, which="both", color=SOFT, alpha=0.2, linewidth=0.6)
    if curves:
        for text in axes.legend(fontsize=8, frameon=False).get_texts():
            text.set_parse_math(False)
    _save(figure, target)


@dataclass(frozen=True)
class Said:
    """What a model said of one text.

    mel: (M, T); alignment: (S, N), the attention of each decoder step; gate: (S,) probabilities;
    `stop` is the step at which the gate ended it, None where it did not, which `unstopped` tells.
    `recorded` (M, any T) is the mel of the recording, where there is one to compare with.
    """

    mel: np.ndarray
    alignment: np.ndarray
    gate: np.ndarray
    stop: int | None = None
    text: str = ""
    recorded: np.ndarray | None = None
    unstopped: str = "did not stop"


def draw_alignment(
    said: Said, target: Path, threshold: float = 0.5, frame_seconds: float | None = None
) -> None:
    """The mel, where in the text it was looked for, and how sure the gate was of the end.

    The stop is marked in all. The axes count seconds where `frame_seconds` says how long a frame
    is.
    """
    from matplotlib.figure import Figure

    recorded = [] if said.recorded is None else [("recorded", said.recorded)]
    mels = [*recorded, ("spoken", said.mel)]
    heights = [1.0] * len(mels) + [1.5, 0.6]
    figure = Figure(figsize=(8, 1.9 * sum(heights) + 0.5), layout="constrained")
    rows = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    unit = frame_seconds or 1.0
    steps = len(said.gate)
    end = max(said.mel.shape[1], 1) * unit
    step = end / max(steps, 1)
    for axes, (name, mel) in zip(rows, mels, strict=False):
        _picture(axes, mel, mel.shape[1] * unit, "magma")
        axes.set_ylabel(f"{name}\nmel channel", fontsize=8)
    _picture(rows[-2], said.alignment.T, end, "viridis")
    rows[-2].set_ylabel("symbol", fontsize=8)
    rows[-1].plot((np.arange(steps) + 0.5) * step, said.gate, color=INK, linewidth=1.4)
    rows[-1].axhline(threshold, color=SOFT, linewidth=0.9, linestyle="--")
    rows[-1].set_ylim(-0.05, 1.05)
    rows[-1].set_ylabel("gate", fontsize=8)
    rows[-1].set_xlabel("seconds" if frame_seconds else "frames", fontsize=9)
    rows[-1].set_xlim(0, max(end, *(mel.shape[1] * unit for _, mel in mels)))
    told = said.unstopped
    if said.stop is not None:
        place = (said.stop + 0.5) * step
        told = f"stopped at {place:.2f} s" if frame_seconds else f"stopped at step {said.stop}"
        for axes in rows[len(recorded) :]:
            axes.axvline(place, color=ACCENT if axes is rows[-1] else "white", linewidth=1.3)
    shown = textwrap.shorten(said.text, LONGEST_TITLE, placeholder=" …")
    figure.suptitle(f"{shown}  ({told})".lstrip(), fontsize=9, x=0.01, ha="left", parse_math=False)
    for axes in rows:
        _plain(axes)
    _save(figure, target)


def draw_mels(
    mels: Sequence[tuple[str, np.ndarray]], target: Path, title: str, frame_seconds: float
) -> None:
    """Mels, (M, T) each, one above the other by their names, in the colours of the first."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 1.9 * len(mels) + 0.6), layout="constrained")
    rows = figure.subplots(len(mels), 1, sharex=True, squeeze=False)[:, 0]
    range_ = {"vmin": float(mels[0][1].min()), "vmax": float(mels[0][1].max())}
    for axes, (name, mel) in zip(rows, mels, strict=True):
        _picture(axes, mel, mel.shape[1] * frame_seconds, "magma", **range_)
        axes.set_ylabel(f"{name}\nmel channel", fontsize=8)
        _plain(axes)
    rows[-1].set_xlabel("seconds", fontsize=9)
    shown = textwrap.shorten(title, LONGEST_TITLE, placeholder=" …")
    figure.suptitle(shown, fontsize=9, x=0.01, ha="left", parse_math=False)
    _save(figure, target)


def _picture(axes: Any, values: np.ndarray, end: float, colours: str, **limits: float) -> None:
    extent = (0, end or 1.0, 0, values.shape[0])
    axes.imshow(values, origin="lower", aspect="auto", cmap=colours, extent=extent, **limits)


def _plain(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8, colors=INK)


def _save(figure: Any, target: Path) -> None:
    with replacing(target) as temporary, warnings.catch_warnings():
        # A letter that the font does not have is drawn as a box.
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        figure.savefig(temporary, format=target.suffix[1:], dpi=130)
