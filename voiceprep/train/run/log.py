"""The log files of a training run, written line by line: a killed run loses none of them.

nvlog.json      NVIDIA's DLLogger lines (`DLLL {…}`), which its tools read
events.jsonl    every number as an Event with its step
tensorboard/    the same as curves, with images and audio, where tensorboard is installed

All are appended to. A run resumed from a checkpoint writes the steps after it again; the later line
counts.
"""

import errno
import io
import json
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import os_reason
from ...records import Event, to_bytes

NVLOG, EVENTS, TENSORBOARD = "nvlog.json", "events.jsonl", "tensorboard"
PREFIX = b"DLLL "
# DLLogger's metrics and units; items are mel frames, or samples of a vocoder.
UNITS = {
    "run_time": "s",
    "val_loss": None,
    "train_loss": None,
    "train_items_per_sec": "items/s",
    "val_items_per_sec": "items/s",
    "train_epoch_time": "s",
    "train_iter_time": "s",
}
FLUSH_SECONDS = 20
LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class LogPosition:
    """Where a run is: `step` counts the steps taken, `iteration` is that in the epoch, from 0."""

    step: int
    epoch: int
    iteration: int
    iterations: int


class TrainingLog:
    """The log of one run; without a folder, as in processes of other ranks, it writes nothing."""

    def __init__(self, folder: Path | None, step: int = 0):
        self.folder, self.first_step = folder, step
        self.began = datetime.now()
        self.trouble = ""
        """Why something could not be written; the run goes on without it."""
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            is_new = not (folder / NVLOG).exists()
            self._nvlog = LineFile(folder / NVLOG)
            self._events = LineFile(folder / EVENTS)
            for metric, unit in UNITS.items() if is_new else ():
                self._write("METADATA", metric=metric, metadata={"unit": unit})
            self._log((), {"run_start": self.began.timestamp()})

    def parameters(self, sections: Mapping[str, Mapping[str, Any]]) -> None:
        """The settings of the run, one line each, as `config.to_plain` gives them."""
        for section, settings in sections.items():
            for name, value in settings.items():
                self._log("PARAMETER", {f"{section}.{name}": value})

    def iteration(self, place: LogPosition, values: Mapping[str, float]) -> None:
        """One step: train_loss, train_items_per_sec, train_iter_time, and other values."""
        # DLLogger's count is that of the steps before this one.
        counted = {"glob_iter/iters_per_epoch": f"{place.step - 1}/{place.iterations}"}
        self._log((place.epoch, place.iteration), counted | dict(values))
        self.events(place.step, values)

    def epoch(self, place: LogPosition, values: Mapping[str, float]) -> None:
        """The end of an epoch: the mean train_loss, train_items_per_sec and train_epoch_time."""
        self._log((place.epoch,), values)

    def evaluation(self, place: LogPosition, values: Mapping[str, float]) -> None:
        """An evaluation: val_loss, val_items_per_sec, and measures of free-running speech."""
        self._log((place.epoch,), values)
        self.events(place.step, values)

    def end(self, values: Mapping[str, float]) -> None:
        """The summary of the run: run_time, and the last losses and rates."""
        self._log((), values)

    def events(self, step: int, values: Mapping[str, float]) -> None:
        """Numbers at a step; one that is not finite is null."""
        if not self.folder:
            return
        rows = [asdict(Event(step, name, value)) | _finite(value) for name, value in values.items()]
        self._append(self._events, b"".join(map(to_bytes, rows)))
        for name, value in values.items():
            self._on_board("add_scalar", tag_of(name), value, step)

    def picture(self, step: int, name: str, path: Path) -> None:
        """A PNG file, for TensorBoard."""
        if self.folder:
            from matplotlib.image import imread

            self._on_board("add_image", name, imread(path)[..., :3], step, dataformats="HWC")

    def sound(self, step: int, name: str, samples: np.ndarray, rate: int) -> None:
        """Audio, float32 (n,) in [-1, 1], for TensorBoard."""
        if self.folder:
            self._on_board("add_audio", name, samples[np.newaxis], step, sample_rate=rate)

    def flush(self) -> None:
        """Flush TensorBoard's writer; the other files are unbuffered."""
        if "_board" in vars(self):
            self._on_board("flush")

    def close(self) -> None:
        """Close the files."""
        if self.folder:
            self._nvlog.close()
            self._events.close()
            if "_board" in vars(self):
                self._on_board("close")

    def __enter__(self) -> "TrainingLog":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def _board(self) -> Any:
        """TensorBoard's writer, or None; made on first use, as its import is slow."""
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            return None
        if self.folder is None:
            return None
        folder = str(self.folder / TENSORBOARD)
        return SummaryWriter(folder, purge_step=self.first_step or None, flush_secs=FLUSH_SECONDS)

    def _on_board(self, call: str, *arguments: Any, **named: Any) -> None:
        """Call TensorBoard's writer; one that cannot write any more is given up."""
        try:
            if self._board:
                getattr(self._board, call)(*arguments, **named)
        except OSError as error:
            self._board = None
            self._fail(TENSORBOARD, error)

    def _append(self, file: "LineFile", lines: bytes) -> None:
        try:
            file.append(lines)
        except OSError as error:
            self._fail(file.path.name, error)

    def _fail(self, name: str, error: OSError) -> None:
        self.trouble = f"{name} in {self.folder} cannot be written: {os_reason(error)}"

    def _log(self, step: tuple[int, ...] | str, data: Mapping[str, Any]) -> None:
        self._write("LOG", step=step, data=data)

    def _write(self, kind: str, **rest: Any) -> None:
        if not self.folder:
            return
        now = datetime.now()
        times = {
            "timestamp": str(now.timestamp()),
            "datetime": str(now),
            "elapsedtime": str((now - self.began).total_seconds()),
        }
        line = json.dumps(times | {"type": kind} | rest)
        self._append(self._nvlog, PREFIX + line.encode() + b"\n")


class LineFile:
    """A file that whole lines are appended to: a kill, or a full disk, leaves no part of one."""

    def __init__(self, path: Path):
        self.path, self._file = path, open_for_lines(path)

    def append(self, lines: bytes) -> None:
        """Append lines by one system call; raises OSError, and then none of them is there."""
        size = self._file.seek(0, os.SEEK_END)
        written = self._file.write(lines)
        if written != len(lines):
            self._file.truncate(size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_for_lines(path: Path) -> io.FileIO:
    """The file, unbuffered, at its end; an unfinished last line, left by a full disk, is fixed.

    If only its newline is missing, that is added; otherwise the line is removed.
    """
    file = open(path, "a+b", buffering=0)  # noqa: SIM115 (the caller closes it)
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - LONGEST_LINE))
    last = file.read().rpartition(b"\n")[2]
    if last:
        with suppress(ValueError, RecursionError):
            json.loads(last.removeprefix(PREFIX))
            file.write(b"\n")
            return file
        file.truncate(size - len(last))
    return file


def tag_of(name: str) -> str:
    """TensorBoard's tag of a number, grouped by training and evaluation."""
    group, _, rest = name.partition("_")
    return f"{group}/{rest}" if group in ("train", "val") else name


def _finite(value: float) -> dict[str, float | None]:
    """JSON has no number for a value that is not finite."""
    return {"value": value if math.isfinite(value) else None}
