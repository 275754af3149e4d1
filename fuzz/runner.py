"""Runs inputs through parsers in forked workers with limits, and judges what became of them."""

import faulthandler
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from voiceprep.errors import ClipError, VoiceprepError

from .parsers import PARSERS, Parser

# Of the processor: others may keep it busy. LONGEST_WAIT is by the clock.
LONGEST_SECONDS, LONGEST_WAIT = 20.0, 120.0
MOST_MEMORY = 2**30
# Address space beyond what a worker has at its start: a larger request fails at once.
MOST_ADDRESSES = 4 * 2**30
LONGEST_MESSAGE = 400
STACK = "stack"
PARSED, REFUSED = "parsed", "refused"
GOOD = (PARSED, REFUSED)
# What libraries say where memory is lacking: a refusal must come before it is asked for.
NO_MEMORY = ("can't allocate memory", "cannot allocate memory", "memoryerror", "unable to allocate")
# Python shows these to programmers only.
UNSEEN = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
PACKAGE = Path(sys.modules["voiceprep"].__path__[0])


@dataclass(frozen=True)
class Input:
    """One file for a parser: its name, its bytes, and the seed and number that made it."""

    parser: str
    name: str
    data: bytes
    seed: int = 0
    number: int = 0


@dataclass(frozen=True)
class Verdict:
    """What became of an input: parsed, refused, or the kind of failure and where it arose."""

    kind: str
    message: str = ""
    where: str = ""


class Worker:
    """A forked process that is given one input after the other."""

    def __init__(self) -> None:
        context = get_context("fork")
        self.own, other = context.Pipe()
        self.folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        self.process = context.Process(target=_serve, args=(other, self.own, self.folder))
        self.process.start()
        other.close()
        self.pid = self.process.pid or 0
        self.input: Input | None = None
        self.started = self.busy_before = 0.0

    def give(self, given: Input) -> None:
        """Start on an input."""
        self.input, self.started = given, time.monotonic()
        self.busy_before = _processor_seconds(self.pid)
        self.own.send((given.parser, given.name, given.data))

    def take(self) -> Verdict | None:
        """The verdict on the input; None while it is not there. A dead or late worker is ended."""
        try:
            if self.own.poll():
                verdict: Verdict = self.own.recv()
                return verdict
        except (EOFError, ConnectionError):
            self.process.join()
            code = self.process.exitcode or 0
            name = signal.Signals(-code).name if code < 0 else f"exit {code}"
            return Verdict("crash", name, name)
        if time.monotonic() - self.started < LONGEST_SECONDS:
            return None
        busy = _processor_seconds(self.pid) - self.busy_before
        if busy < LONGEST_SECONDS and time.monotonic() - self.started < LONGEST_WAIT:
            return None
        os.kill(self.pid, signal.SIGUSR1)
        time.sleep(0.5)
        stack = (self.folder / STACK).read_text()
        self.close()
        return Verdict("hang", f"over {LONGEST_SECONDS:g} s: {stack}", _deepest(stack))

    @property
    def alive(self) -> bool:
        """Whether it can be given another input."""
        return self.process.is_alive()

    def close(self) -> None:
        """End the process and remove its folder."""
        self.process.kill()
        self.process.join()
        self.own.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def run(inputs: Iterable[Input], jobs: int = 2) -> Iterator[tuple[Input, Verdict]]:
    """The verdict on every input, in the order in which they are reached."""
    waiting = iter(inputs)
    workers = [Worker() for _ in range(jobs)]
    try:
        while True:
            for place, worker in enumerate(workers):
                if worker.input is None and (given := next(waiting, None)):
                    if not worker.alive:
                        worker.close()
                        worker = workers[place] = Worker()
                    worker.give(given)
            busy = [worker for worker in workers if worker.input]
            if not busy:
                return
            wait([worker.own for worker in busy], timeout=1.0)
            for worker in busy:
                verdict = worker.take()
                if verdict and worker.input:
                    given, worker.input = worker.input, None
                    yield given, verdict
    finally:
        for worker in workers:
            worker.close()


def shrink(given: Input, verdict: Verdict, tries: int = 60) -> Input:
    """A smaller input with the same failure, by leaving out runs of bytes."""
    size = len(given.data) // 2
    while size and tries > 0:
        starts = range(0, len(given.data), size)[:tries]
        parts = [given.data[:start] + given.data[start + size :] for start in starts]
        smaller = [
            Input(given.parser, given.name, data, given.seed, given.number) for data in parts
        ]
        tries -= len(smaller)
        alike = (
            one
            for one, found in run(smaller, 1)
            if (found.kind, found.where) == (verdict.kind, verdict.where)
        )
        found = next(alike, None)
        given, size = (found, size) if found else (given, size // 2)
    return given


def _serve(own: Connection, other: Connection, folder: Path) -> None:
    """The loop of a worker, which ends when its parent does."""
    other.close()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    paths = [folder / name for name in ("tmp", "here", "deep/within/input")]
    for path in paths:
        path.mkdir(parents=True)
    tempfile.tempdir = os.environ["TMPDIR"] = str(paths[0])
    os.chdir(paths[1])
    stack = open(folder / STACK, "w")  # noqa: SIM115 (open as long as the process lives)
    faulthandler.register(signal.SIGUSR1, stack)
    addresses = _memory("VmSize") + MOST_ADDRESSES
    resource.setrlimit(resource.RLIMIT_AS, (addresses, addresses))
    with suppress(EOFError, ConnectionError, KeyboardInterrupt):
        while True:
            parser, name, data = own.recv()
            own.send(_judge(parser, name, data, paths[2]))


def _judge(parser: str, name: str, data: bytes, folder: Path) -> Verdict:
    """Parse one input in its folder."""
    row, path = PARSERS[parser], folder / name
    shutil.rmtree(folder)
    row.lay_out(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    Path("/proc/self/clear_refs").write_text("5")
    before = _memory("VmRSS")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for category in UNSEEN:
            warnings.simplefilter("ignore", category)
        verdict = _parse(row, path)
    taken = _memory("VmHWM") - before
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    if max(taken, children) > MOST_MEMORY:
        return Verdict("memory", f"took {max(taken, children) / 2**30:.1f} GiB", "memory")
    if left := _left(folder.parents[2], folder):
        return Verdict("left", f"left {', '.join(left)[:200]}", "left")
    if warned and verdict.kind in GOOD:
        text = f"{warned[0].category.__name__}: {warned[0].message}"
        return Verdict("warning", text, f"{warned[0].filename}:{warned[0].lineno}")
    return verdict


def _parse(row: Parser, path: Path) -> Verdict:
    try:
        row.parse(path)
    except VoiceprepError as error:
        return _judge_message(error, path, row.typed)
    except OSError as error:
        if error.filename:  # the command prints the file and the system's reason
            return Verdict(REFUSED, str(error))
        return _failure(error)
    except MemoryError as error:
        return Verdict("memory", "MemoryError", _place(error))
    except Exception as error:
        return _failure(error)
    return Verdict(PARSED)


def _judge_message(error: VoiceprepError, path: Path, typed: bool) -> Verdict:
    """Whether a refusal is one line of a readable length that names its file."""
    text, place = str(error), _place(error)
    if any(word in text.lower() for word in NO_MEMORY):
        return Verdict("memory", text, place)
    if len(text.splitlines()) != 1 or any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        return Verdict("message of several lines", repr(text), place)
    if len(text.replace(str(path), path.name)) > LONGEST_MESSAGE:
        return Verdict("long message", text, place)
    names_file = path.name in text or path.parent.name in text
    if not (names_file or typed or isinstance(error, ClipError)):
        return Verdict("message without the file", text, place)
    return Verdict(REFUSED, text, place)


def _failure(error: BaseException) -> Verdict:
    lines = traceback.format_exception(error)
    shown = "".join(lines[-6:])[-3000:]
    return Verdict("traceback", shown, f"{type(error).__name__} {_place(error)}")


def _place(error: BaseException) -> str:
    """The last place in the package that an error came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(PACKAGE)]
    at: Sequence[Any] = own or frames
    return f"{Path(at[-1].filename).name}:{at[-1].name}" if at else ""


def _deepest(stack: str) -> str:
    """The last place in the package of a printed stack."""
    own = [line for line in stack.splitlines() if str(PACKAGE) in line]
    return own[0].rsplit("/", 1)[-1] if own else "hang"


def _left(root: Path, folder: Path) -> list[str]:
    """The files outside the input's folder."""
    found = []
    for place, folders, files in os.walk(root):
        if Path(place) == folder:
            folders.clear()
            continue
        files = [name for name in files if name != STACK]
        found += [f"{os.path.relpath(place, root)}/{name}" for name in files]
    return found


def _processor_seconds(pid: int) -> float:
    """The seconds that the threads of a process have run."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    with suppress(OSError):
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9
    return 0.0


def _memory(field: str) -> int:
    """A line of /proc/self/status, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(field)
