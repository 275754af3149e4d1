"""Logs of training, ours and NVIDIA's, as a table by epoch.

Three forms of line are known: `DLLL {…}` of nvlog.json, `DLL TIME - STEP name : value` of the
terminal, and `:::NVLOGv0.2.2 …` of 2019. They may be mixed, and stand among other lines.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Step = tuple[int, ...] | str

# Names of older logs, as today's have them.
TODAY = {
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
NUMBERS = {*TODAY.values(), "learning_rate", "grad_norm", "run_time"}
COUNTER = "glob_iter/iters_per_epoch"

DLLL = re.compile(r"DLLL (\{.*)")
DLL = re.compile(r"DLL \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? - (\([\d, ]{0,60}\)|[A-Z]+) (.*)")
METRIC = re.compile(r"([^\s:]+(?: changed)?) : (\S+(?: -> \S+)?)")
NVLOG = re.compile(r":::NVLOGv[\d.]+ \S+ [\d.]+ \([^)]*\) ([^\s:]+)(?:: (.*))?$")
BATCH = re.compile(r"^Batch: (\d{1,9})/(\d{1,9}) epoch (\d{1,9})\s*$")
SIGNS = ("DLLL", "DLL ", ":::NVLOG")


@dataclass(frozen=True)
class Line:
    """What one line tells: at (epoch, iteration), (epoch,), () for the run, or a word."""

    step: Step
    values: dict[str, float | str]


@dataclass(frozen=True)
class Log:
    """The lines that were understood; `broken` are (line number, what is wrong), `others` none."""

    lines: tuple[Line, ...]
    broken: tuple[tuple[int, str], ...] = ()
    others: int = 0


@dataclass
class Epoch:
    """What was logged of one epoch: its own values, and those of its iterations."""

    values: dict[str, float] = field(default_factory=dict)
    steps: dict[int, dict[str, float]] = field(default_factory=dict)
    length: int = 0

    def row(self) -> dict[str, float]:
        """One value a name; the losses of all iterations also as their mean and the last.

        An epoch's own train_loss is in some versions the mean and in others the last.
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
    """The log in the lines of a file or of a terminal."""
    found, broken, others = [], [], 0
    place = [0, 0]
    for number, text in enumerate(lines, start=1):
        for part in text.rstrip("\r\n").split("\r"):
            line = _line(part, place)
            if isinstance(line, str):
                broken.append((number, line))
            elif line:
                found.append(line)
            elif line is None and part.strip():
                others += 1
    return Log(tuple(found), tuple(broken), others)


def epochs(log: Log) -> dict[int, Epoch]:
    """What was logged, by epoch; of a step that was made again the later line counts.

    Where a run was started again, what lies beyond its first step is no more.
    """
    found: dict[int, Epoch] = {}
    restarted = False
    for line in log.lines:
        if not isinstance(line.step, tuple):
            continue
        restarted |= "run_start" in line.values
        if not line.step:
            continue
        numbers = {name: value for name, value in line.values.items() if isinstance(value, float)}
        if restarted and len(line.step) == 2:
            _go_back(found, *line.step)
            restarted = False
        epoch = found.setdefault(line.step[0], Epoch())
        if len(line.step) == 1:
            epoch.values |= {name: numbers[name] for name in numbers if not _is_clock(name)}
        elif len(line.step) == 2:
            epoch.steps.setdefault(line.step[1], {}).update(numbers)
            epoch.length = _length(line.values) or epoch.length
        elif "val_loss" in numbers:
            epoch.values["val_loss"] = numbers["val_loss"]
    return dict(sorted(found.items()))


def summary(log: Log) -> dict[str, float]:
    """What the log says of the run as a whole; of several runs, the last."""
    found: dict[str, float] = {}
    for line in log.lines:
        if line.step == ():
            numbers = {
                name: value for name, value in line.values.items() if isinstance(value, float)
            }
            found |= {name: numbers[name] for name in numbers if not _is_clock(name)}
    return found


def curve(found: dict[int, Epoch]) -> Iterator[tuple[float, float]]:
    """The training loss of every iteration, at the epochs that have passed."""
    for number, epoch in found.items():
        length = max(epoch.length, len(epoch.steps), 1)
        for iteration, values in sorted(epoch.steps.items()):
            if "train_loss" in values:
                yield number + (iteration + 1) / length, values["train_loss"]


def _go_back(found: dict[int, Epoch], epoch: int, iteration: int) -> None:
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


def _line(text: str, place: list[int]) -> Line | str | bool | None:
    """What a line tells; what is wrong with it; False for nothing to keep; None for no log line.

    `place` is the epoch and the iteration that lines of the oldest form belong to.
    """
    if match := DLLL.search(text):
        return _of_json(match[1])
    if match := DLL.search(text):
        values = {name: _number(value) for name, value in METRIC.findall(match[2])}
        return _made(_step(match[1]), values) if values else "cut off: it holds no value"
    if match := NVLOG.search(text):
        return _of_nvlog(match[1], match[2], place)
    if match := BATCH.search(text):
        place[:] = int(match[3]), int(match[1])
        return Line(tuple(place), {COUNTER: f"{match[1]}/{match[2]}"})
    return "cut off or damaged" if text.lstrip().startswith(SIGNS) else None


def _of_json(text: str) -> Line | str | bool:
    try:
        row, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return "cut off or damaged: not JSON"
    if row.get("type") == "METADATA":
        return False
    step, data = row.get("step"), row.get("data")
    if isinstance(step, list) and all(type(part) is int for part in step):
        step = tuple(step)
    if not isinstance(step, tuple | str) or not isinstance(data, dict):
        return "no step or no data in it"
    return _made(step, {name: _number(value) for name, value in data.items()})


def _of_nvlog(name: str, value: str | None, place: list[int]) -> Line | str | bool:
    number = _number(value or "")
    is_count = isinstance(number, float) and number.is_integer() and number >= 0
    if name in ("train_epoch_start", "train_iter_start") and is_count:
        place[name == "train_iter_start"] = int(number)
        return False
    if value is None or _is_clock(name):
        return False
    if name.startswith("run_"):
        return _made((), {name: number})
    of_epoch = name.startswith(("train_epoch", "epoch", "val"))
    return _made((place[0],) if of_epoch else tuple(place), {name: number})


def _made(step: Step, values: dict[str, float | str]) -> Line | str:
    named = {TODAY.get(name, name): value for name, value in values.items()}
    wrong = [name for name in named if name in NUMBERS and isinstance(named[name], str)]
    return f"{wrong[0]} is no number" if wrong and step != "PARAMETER" else Line(step, named)


def _step(text: str) -> Step:
    if not text.startswith("("):
        return text
    return tuple(int(part) for part in re.findall(r"\d+", text))


def _number(value: Any) -> float | str:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return value if isinstance(value, str) else json.dumps(value)
