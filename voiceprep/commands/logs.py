"""`voiceprep logs`: shows training logs as a table by epoch and as curves."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..batch.summary import duration
from ..config import setting
from ..errors import SourceError, os_reason
from ..records import Shown
from ..report.logs import Epoch, Log, curve, epochs, read_log, summary
from ..report.output import check_format, draw_into

if TYPE_CHECKING:
    from ..report.plots import Curve

NVLOG = "nvlog.json"
SHOWN = 24
BROKEN_SHOWN = 5
# Column, title and format, in the order of the table.
COLUMNS = (
    ("iterations", "iterations", "{:.0f}"),
    ("train_loss", "train loss", "{:.5f}"),
    ("mean_loss", "mean", "{:.5f}"),
    ("last_loss", "last", "{:.5f}"),
    ("val_loss", "val loss", "{:.5f}"),
    ("train_items_per_sec", "items/s", "{:.0f}"),
    ("val_items_per_sec", "val items/s", "{:.0f}"),
    ("train_epoch_time", "time", ""),
    ("learning_rate", "learning rate", "{:.3g}"),
)


@dataclass(frozen=True)
class CurvesConfig:
    """The file for the loss curves, if any."""

    picture: str = setting("", "draw the losses into this png, svg or pdf", "--picture")

    def __post_init__(self) -> None:
        check_format(self.picture)


@dataclass(frozen=True, repr=False)
class Logs(Shown):
    """The parsed logs, file by file, and the picture of their losses."""

    logs: dict[Path, Log]
    picture: Path | None = None

    @property
    def exit_code(self) -> int:
        """0 clean, 3 where a file holds no line of a log."""
        return 0 if all(log.lines for log in self.logs.values()) else 3

    def lines(self, verbose: bool = False) -> list[str]:
        """A table for each file, with all epochs where `verbose`, and the damaged lines."""
        lines: list[str] = []
        for path, log in self.logs.items():
            lines += ["", f"{path}", *_log_lines(log, verbose)]
        return [*lines[1:], *(["", f"drawn: {self.picture}"] if self.picture else [])]

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row for every epoch, for every damaged line, then the summary."""
        files = []
        for path, log in self.logs.items():
            found = epochs(log)
            for number, epoch in found.items():
                yield {"file": str(path), "epoch": number, **_finite(epoch.row())}
            for line, why in log.broken:
                yield {"file": str(path), "line": line, "why": why}
            counts = {"epochs": len(found), "lines": len(log.lines)}
            counts |= {"broken": len(log.broken), "others": log.others}
            files.append({"file": str(path), **counts, "run": _finite(summary(log))})
        drawn = str(self.picture) if self.picture else None
        yield {"summary": {"files": files, "picture": drawn}}


def logs(
    files: tuple[Path, ...] = (),
    dataset: Path = Path(),
    curves: CurvesConfig = CurvesConfig(),
) -> Logs:
    """Show training logs, as a table by epoch and as curves.

    FILES are logs, or folders with an nvlog.json: those of voiceprep, NVIDIA's nvlog.json, the
    terminal output of their scripts, and NVLOG lines of 2019; other lines are skipped. By default
    the logs of the runs in DATASET/output are shown.

    \b
    Example: voiceprep logs output/{model}/nvlog.json --picture losses.png
    """
    paths = [path / NVLOG if path.is_dir() else path for path in files]
    if not paths:
        paths = sorted((dataset / "output").glob(f"*/{NVLOG}"))
    if not paths:
        why = "holds no run; name the files, as in: logs nvlog.json"
        raise SourceError(dataset / "output", why)
    read = {path: _read(path) for path in paths}
    target = Path(curves.picture) if curves.picture else None
    return Logs(read, _draw(read, target) if target else None)


def _read(path: Path) -> Log:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return read_log(file)
    except OSError as error:
        raise SourceError(path, os_reason(error)) from None


def _log_lines(log: Log, verbose: bool) -> list[str]:
    """The table of one log, its lowest loss, its run time and its damaged lines."""
    found = epochs(log)
    lines = _table(found, verbose)
    if _is_last_loss(found):
        lines += ["", "train loss is the loss of an epoch's last iteration; mean is over all"]
    losses = {
        number: epoch.values["val_loss"]
        for number, epoch in found.items()
        if math.isfinite(epoch.values.get("val_loss", math.nan))
    }
    if losses:
        best = min(losses, key=losses.__getitem__)
        lines += ["", f"lowest val loss: {losses[best]:.5f}, in epoch {best}"]
    if "run_time" in summary(log):
        lines.append(f"run time: {duration(summary(log)['run_time'])}")
    if not log.lines:
        lines.append("no line of a known log format")
    for number, why in log.broken[: None if verbose else BROKEN_SHOWN]:
        lines.append(f"line {number}: {why}")
    if len(log.broken) > BROKEN_SHOWN and not verbose:
        lines.append(f"… and {len(log.broken) - BROKEN_SHOWN} more lines that cannot be read")
    if log.others:
        lines.append(f"other lines, skipped: {log.others}")
    return lines


def _table(found: dict[int, Epoch], verbose: bool) -> list[str]:
    rows = {number: epoch.row() for number, epoch in found.items()}
    if not rows:
        return []
    shown = list(rows)
    if len(shown) > SHOWN and not verbose:
        last = len(shown) - 1
        shown = [shown[round(place * last / (SHOWN - 1))] for place in range(SHOWN)]
    columns = _columns(list(rows.values()))
    cells = [["epoch", *(title for _, title, _ in columns)]]
    for number in shown:
        values = [_cell(rows[number].get(name), format_) for name, _, format_ in columns]
        cells.append([str(number), *values])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    left_out = len(rows) - len(shown)
    return lines + ([f"… {left_out} epochs are left out: -v shows all"] if left_out else [])


def _columns(rows: list[dict[str, float]]) -> list[tuple[str, str, str]]:
    """The columns with values; the mean only where it differs from the epoch's own loss."""
    names = dict.fromkeys(name for row in rows for name in row)
    known = {name for name, _, _ in COLUMNS}
    # Of what was measured on validation and on training clips, the former is shown.
    evaluated = [
        name
        for name in names
        if name not in known and name.replace("train_", "val_", 1) not in {*names} - {name}
    ]
    columns = [*COLUMNS, *((name, name.removeprefix("val_"), "{:.4g}") for name in evaluated)]
    if all(
        "mean_loss" not in row or _close(row["mean_loss"], row.get("train_loss")) for row in rows
    ):
        names.pop("mean_loss", None)
    return [column for column in columns if column[0] in names]


def _close(mean: float, own: float | None) -> bool:
    return own is not None and (math.isclose(mean, own, rel_tol=1e-6) or mean != mean)


def _cell(value: float | None, format_: str) -> str:
    if value is None:
        return ""
    if not math.isfinite(value):
        return str(value)
    return format_.format(value) if format_ else duration(value)


def _finite(row: dict[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in row.items()}


def _is_last_loss(found: dict[int, Epoch]) -> bool:
    """Whether an epoch's loss is that of its last iteration, as in some versions."""
    rows = [epoch.row() for epoch in found.values()]
    both = [row for row in rows if {"train_loss", "mean_loss", "last_loss"} <= {*row}]
    several = [row for row in both if row["iterations"] > 1]
    return bool(several) and all(row["train_loss"] == row["last_loss"] for row in several)


def _draw(read: dict[Path, Log], target: Path) -> Path:
    from ..report.plots import draw_losses

    several = len(read) > 1
    curves = [
        drawn
        for number, (path, log) in enumerate(read.items())
        for drawn in _curves(epochs(log), f"{path}: " if several else "", number, several)
    ]
    return draw_into(target, lambda path: draw_losses(curves, path))


def _curves(found: dict[int, Epoch], name: str, colour: int, several: bool) -> Iterator["Curve"]:
    """The curves of one log; with several logs each has its own colour."""
    from ..report.plots import Curve

    steps = list(curve(found))
    if steps:
        places, losses = zip(*steps, strict=True)
        yield Curve(f"{name}each iteration", places, losses, soft=True, colour=colour)
    rows = {number + 1: epoch.row() for number, epoch in found.items()}
    for key, title in (("train_loss", "train"), ("val_loss", "val")):
        points = {number: row[key] for number, row in rows.items() if key in row}
        if points:
            dots = key == "val_loss"
            shade = colour if several else int(dots)
            yield Curve(name + title, [*points], [*points.values()], dots=dots, colour=shade)
