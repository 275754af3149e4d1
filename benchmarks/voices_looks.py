"""Contact sheets of flagged clips: waveform, spectrogram, spectrum, and the place that is meant."""

import json
import textwrap
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import numpy as np
import soundfile
from matplotlib import pyplot
from matplotlib.gridspec import GridSpecFromSubplotSpec, SubplotSpec
from scipy.signal import spectrogram, welch
from voices_sources import digest

# Clips on a sheet, and the size of each in inches.
ROWS, COLUMNS, CELL = 5, 5, (4.6, 4.0)
DOTS_PER_INCH = 100
# What is shown around the place that is meant, in seconds at least.
AROUND_SECONDS = 0.02
RANGE_DB = 90
# A span is at least this share of the picture wide. Red is hard to see on a spectrogram.
SPAN_SHARE = 0.004
SPAN = {"color": "#d33", "alpha": 0.4}
SPAN_OF_SOUND = {"color": "#4ef", "alpha": 0.5}


def draw_looks(folder: Path, part: str, count: int, jobs: int) -> None:
    """Sheets of `count` findings of each check, over all sets, and the list of what is on them."""
    target = folder / "looks"
    target.mkdir(exist_ok=True)
    by_check: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (folder / f"findings-{part}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        by_check[row["check"]].append(row)
    with ProcessPoolExecutor(jobs) as pool:
        drawn = []
        for check, rows in sorted(by_check.items()):
            chosen = numbered(sample(rows, count))
            lines = [f"{n:3} {row['set']} {row['id']}: {row['advice']}" for n, row in chosen]
            text = f"{len(chosen)} of {len(rows)} findings\n" + "\n".join(lines) + "\n"
            (target / f"{check}-{part}.txt").write_text(text, encoding="utf-8")
            for first in range(0, len(chosen), ROWS * COLUMNS):
                sheet = chosen[first : first + ROWS * COLUMNS]
                cells = [(n, row, folder / part / row["set"]) for n, row in sheet]
                path = target / f"{check}-{part}-{1 + first // (ROWS * COLUMNS)}.png"
                drawn.append(pool.submit(draw_sheet, cells, path))
        for one in drawn:
            one.result()


def sample(rows: Sequence[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """At most `count` rows in their order, those of the clips that come first by hash."""
    ordered = sorted(range(len(rows)), key=lambda n: digest(rows[n]["set"], rows[n]["id"]))
    return [rows[place] for place in sorted(ordered[:count])]


def numbered(rows: Sequence[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(rows, start=1))


def draw_sheet(cells: Sequence[tuple[int, dict[str, Any], Path]], path: Path) -> None:
    rows = -(-len(cells) // COLUMNS)
    figure = pyplot.figure(figsize=(COLUMNS * CELL[0], rows * CELL[1]), dpi=DOTS_PER_INCH)
    grid = figure.add_gridspec(
        rows, COLUMNS, left=0.02, right=0.99, top=1 - 0.1 / rows, bottom=0.05 / rows
    )
    for (number, row, dataset), place in zip(cells, grid, strict=False):
        samples, rate = soundfile.read(dataset / "wavs" / f"{row['id']}.wav", always_2d=True)
        draw_clip(figure, place, number, row, samples.mean(axis=1), rate)
    figure.savefig(path)
    pyplot.close(figure)


def draw_clip(
    figure: pyplot.Figure,
    place: SubplotSpec,
    number: int,
    row: dict[str, Any],
    samples: np.ndarray,
    rate: int,
) -> None:
    grid = GridSpecFromSubplotSpec(3, 2, place, height_ratios=(1, 1.3, 1.3), hspace=0.3)
    time = np.arange(len(samples)) / rate
    wave, sound = figure.add_subplot(grid[0, :]), figure.add_subplot(grid[1, :])
    spectrum, close = figure.add_subplot(grid[2, 0]), figure.add_subplot(grid[2, 1])
    title = f"{number} {row['set']} {row['id']}: {row['value']:.4g} {row['unit']}"
    wave.set_title("\n".join(textwrap.wrap(title, 60)), fontsize=8, loc="left", pad=2)
    wave.plot(time, samples, linewidth=0.4)
    draw_spectrogram(sound, samples, rate)
    for start, end in row["spans"]:
        for axes, style in ((wave, SPAN), (sound, SPAN_OF_SOUND)):
            axes.axvspan(start, max(end, start + SPAN_SHARE * time[-1]), **style)
    wave.set_xlim(0, time[-1])
    sound.set_xlim(0, time[-1])
    draw_spectrum(spectrum, samples, rate)
    draw_place(close, row["spans"], samples, rate)
    for axes in (wave, sound, spectrum, close):
        axes.tick_params(labelsize=6, pad=1, length=2)


def draw_spectrogram(axes: pyplot.Axes, samples: np.ndarray, rate: int) -> None:
    length = min(round(0.02 * rate), len(samples))
    hz, times, powers = spectrogram(samples, rate, nperseg=length, noverlap=length // 2)
    levels = 10 * np.log10(powers + 1e-14)
    edges = (times[0] - length / 2 / rate, times[-1] + length / 2 / rate, 0, hz[-1] / 1000)
    least = levels.max() - RANGE_DB
    axes.imshow(levels, "magma", aspect="auto", vmin=least, origin="lower", extent=edges)


def draw_spectrum(axes: pyplot.Axes, samples: np.ndarray, rate: int) -> None:
    """The mean power in bins of 1 Hz or more, over a logarithmic axis, in dBFS."""
    length = min(rate, len(samples))
    hz, powers = welch(samples, rate, nperseg=length, scaling="spectrum")
    axes.semilogx(hz[1:], 10 * np.log10(powers[1:] + 1e-15), linewidth=0.4)
    axes.set_xlim(20, rate / 2)
    axes.set_ylim(-140, 0)
    axes.grid(linewidth=0.2)
    for mains, color in ((50, "#d33"), (60, "#3a3")):
        for harmonic in range(1, 7):
            axes.axvline(mains * harmonic, color=color, linewidth=0.3)


def draw_place(
    axes: pyplot.Axes, spans: Sequence[Sequence[float]], samples: np.ndarray, rate: int
) -> None:
    """The wave around the first span, around the loudest sample where there is none."""
    start, end = spans[0] if spans else 2 * [int(np.abs(samples).argmax()) / rate]
    first = max(round((start - AROUND_SECONDS) * rate), 0)
    last = min(round((end + AROUND_SECONDS) * rate), len(samples))
    axes.plot(np.arange(first, last) / rate, samples[first:last], linewidth=0.5)
    for span in spans:
        if span[0] * rate < last and span[1] * rate > first:
            axes.axvspan(*span, **SPAN)
