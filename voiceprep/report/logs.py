"""Training logs, voiceprep's and NVIDIA's, parsed into a table by epoch.

Three line formats are supported: `DLLL {…}` of nvlog.json, `DLL TIME - STEP name : value` of the
terminal, and `:::NVLOGv0.2.2 …` of 2019. They may be mixed, with other lines between them.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Step = tuple[int, ...] | str

# Names in older logs, and the current ones.
CURRENT_NAMES = {
    "train_iteration_loss": "train_loss",
    "train_iter_loss": "train_loss",
    "train_epoch_avg_loss": "train_loss",
    "train_iter_items/sec": "train_items_per_sec",
    "train_epoch_items/sec": "train_items_per_sec",
    "iter_time": "train_iter_time",
    "epoch_time": "train_epoch_time",
    "val_iter_loss": "val_loss",
    "val_iter_items/sec": "val_items_per_sec",
}
NUMBERS = {*CURRENT_NAMES.values(), "learning_rate", "grad_norm", "run_time"}
COUNTER = "glob_iter/iters_per_epoch"

DLLL = re.compile(r"DLLL (\{.*)")
DLL = re.compile(r"DLL \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? - (\([\d, ]{0,60}\)|[A-Z]+) (.*)")
METRIC = re.compile(r"(?<![^\s:])([^\s:]+(?: changed)?) : (\S+(?: -> \S+)?)")
NVLOG = re.compile(r":::NVLOGv[\d.]+ \S+ [\d.]+ \([^)]*\) ([^\s:]+)(?:: (.*))?$")
BATCH = re.compile(r"^Batch: (\d{1,9})/(\d{1,9}) epoch (\d{1,9})\s*$")
PREFIXES = ("DLLL", "DLL ", ":::NVLOG")


@dataclass(frozen=True)
class Line:
    """The values of one line; `step` is (epoch, iteration), (epoch,), () for the run, or a word."""

    step: Step
    values: dict[str, float | str]


@dataclass(frozen=True)
class Log:
    """The parsed lines, damaged lines as (line number, error), and the count of other lines."""

    lines: tuple[Line, ...]
    broken: tuple[tuple[int, str], ...] = ()
    others: int = 0


@dataclass
class Epoch:
    """The logged values of one epoch and of its iterations."""

    values: dict[str, float] = field(default_factory=dict)
    steps: dict[int, dict[str, float]] = field(default_factory=dict)
    length: int = 0

    def row(self) -> dict[str, float]:
        """One value per name, and the mean and the last loss of the iterations.

        In some versions an epoch's train_loss is the mean, in others the last one.
        """
        losses = [
            step["train_loss"] for _, step in sorted(self.steps.items()) if "train_loss" in step
        ]
        row: dict[str, float] = {"iterations": len(self.steps)} if self.steps else {}
        if losses and len(losses) >= self.length:
            row["mean_loss"] = sum(losses) / len(losses)
        if losses:
            row["last_loss"] = losses[-1]
        rates = [
            step
            for step in self.steps.values()
            if {"train_items_per_sec", "train_iter_time"} <= {*step}
        ]
        seconds = sum(step["train_iter_time"] for step in rates)
        if seconds:
            items = sum(step["train_items_per_sec"] * step["train_iter_time"] for step in rates)
            row["train_items_per_sec"] = items / seconds
        for step in self.steps.values():
            row |= {name: step[name] for name in ("learning_rate",) if name in step}
        return row | self.values


def read_log(lines: Iterable[str]) -> Log:
    """Parse the lines of a file or of a terminal."""
    parsed: list[Line] = []
    broken: list[tuple[int, str]] = []
    others = 0
    position = [0, 0]
    for number, text in enumerate(lines, start=1):
        for part in text.rstrip("\r\n").split("\r"):
            line = _parse(part, position)
            if isinstance(line, str):
                broken.append((number, line))
            elif line:
                parsed.append(line)
            elif line is None and part.strip():
                others += 1
    return Log(tuple(parsed), tuple(broken), others)


def epochs(log: Log) -> dict[int, Epoch]:
    """The logged values by epoch; a repeated step overwrites the earlier line.

    A resumed run discards everything after the step it resumes from.
    """
    found: dict[int, Epoch] = {}
    restarted = False
    # Evaluations that were due when a run stopped: they come before the steps that follow.
    due: list[Line] = []
    for line in log.lines:
        if not isinstance(line.step, tuple):
            continue
        restarted |= "run_start" in line.values
        if restarted and len(line.step) == 1:
            due.append(line)
            continue
        if restarted and len(line.step) == 2:
            _rewind(found, *line.step)
            while due:
                _add(found, due.pop(0))
            restarted = False
        _add(found, line)
    for line in due:
        _add(found, line)
    return dict(sorted(found.items()))


def summary(log: Log) -> dict[str, float]:
    """The values of the whole run; of several runs, the last."""
    found: dict[str, float] = {}
    for line in log.lines:
        if line.step == ():
            numbers = {
                name: value for name, value in line.values.items() if isinstance(value, float)
            }
            found |= {name: numbers[name] for name in numbers if not _is_clock(name)}
    return found


def curve(found: dict[int, Epoch]) -> Iterator[tuple[float, float]]:
    """The training loss of every iteration against the epochs passed."""
    for number, epoch in found.items():
        length = max(epoch.length, len(epoch.steps), 1)
        for iteration, values in sorted(epoch.steps.items()):
            if "train_loss" in values:
                yield number + (iteration + 1) / length, values["train_loss"]


def _add(found: dict[int, Epoch], line: Line) -> None:
    """Add the numbers of a line to its epoch."""
    if not (line.step and isinstance(line.step, tuple)):
        return
    numbers = {name: value for name, value in line.values.items() if isinstance(value, float)}
    epoch = found.setdefault(line.step[0], Epoch())
    if len(line.step) == 1:
        epoch.values |= {name: numbers[name] for name in numbers if not _is_clock(name)}
    elif len(line.step) == 2:
        epoch.steps.setdefault(line.step[1], {}).update(numbers)
        epoch.length = _length(line.values) or epoch.length
    elif "val_loss" in numbers:
        epoch.values["val_loss"] = numbers["val_loss"]


def _rewind(found: dict[int, Epoch], epoch: int, iteration: int) -> None:
    for later in [number for number in found if number > epoch]:
        del found[later]
    if epoch in found:
        kept = found[epoch].steps
        found[epoch] = Epoch({}, {n: kept[n] for n in kept if n < iteration}, found[epoch].length)


def _is_clock(name: str) -> bool:
    return name.endswith(("_start", "_stop"))


def _length(values: dict[str, Any]) -> int:
    counter = re.fullmatch(r"\d+/(\d{1,9})", str(values.get(COUNTER, "")))
    return int(counter[1]) if counter else 0


def _parse(text: str, position: list[int]) -> Line | str | Literal[False] | None:
    """The line; an error message; False for nothing to keep; None where it is no log line.

    `position` is the epoch and iteration that lines of the oldest format belong to; it is updated.
    """
    if match := DLLL.search(text):
        return _parse_json(match[1])
    if match := DLL.search(text):
        values = {name: _number(value) for name, value in METRIC.findall(match[2])}
        return _make_line(_step(match[1]), values) if values else "cut off: it holds no value"
    if match := NVLOG.search(text):
        return _parse_nvlog(match[1], match[2], position)
    if match := BATCH.search(text):
        position[:] = int(match[3]), int(match[1])
        return Line(tuple(position), {COUNTER: f"{match[1]}/{match[2]}"})
    return "cut off or damaged" if text.lstrip().startswith(PREFIXES) else None


def _parse_json(text: str) -> Line | str | Literal[False]:
    try:
        row, _ = json.JSONDecoder().raw_decode(text)
        return _parse_row(row)
    except (ValueError, RecursionError):
        return "cut off or damaged: not JSON"


def _parse_row(row: dict[str, Any]) -> Line | str | Literal[False]:
    if row.get("type") == "METADATA":
        return False
    step, data = row.get("step"), row.get("data")
    if isinstance(step, list) and all(type(part) is int for part in step):
        step = tuple(step)
    if not isinstance(step, tuple | str) or not isinstance(data, dict):
        return "step or data is missing"
    return _make_line(step, {name: _number(value) for name, value in data.items()})


def _parse_nvlog(name: str, value: str | None, position: list[int]) -> Line | str | Literal[False]:
    number = _number(value or "")
    is_count = isinstance(number, float) and number.is_integer() and number >= 0
    if name in ("train_epoch_start", "train_iter_start") and is_count:
        position[name == "train_iter_start"] = int(number)
        return False
    if value is None or _is_clock(name):
        return False
    if name.startswith("run_"):
        return _make_line((), {name: number})
    of_epoch = name.startswith(("train_epoch", "epoch", "val"))
    return _make_line((position[0],) if of_epoch else tuple(position), {name: number})


def _make_line(step: Step, values: dict[str, float | str]) -> Line | str:
    named = {CURRENT_NAMES.get(name, name): value for name, value in values.items()}
    wrong = [name for name in named if name in NUMBERS and isinstance(named[name], str)]
    return f"{wrong[0]} is not a number" if wrong and step != "PARAMETER" else Line(step, named)


def _step(text: str) -> Step:
    if not text.startswith("("):
        return text
    return tuple(int(part) for part in re.findall(r"\d+", text))


def _number(value: Any) -> float | str:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return value if isinstance(value, str) else json.dumps(value)
