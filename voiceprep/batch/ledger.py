"""The ledger of a target folder: what was done to each file, from which source and how.

`outcomes.jsonl` is appended to during a run and rewritten in the order of ids at its end.
A line is written before its file is moved into place, so a killed run never leaves a file that the
ledger does not know.
"""

import errno
import os
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import Interrupted, TableError
from ..files import Stamp
from ..records import Outcome, parse_line, to_bytes, write_lines

LEDGER = "outcomes.jsonl"


class Ledger:
    """The outcomes of all runs on one folder, by id; thread-safe."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.path = folder / LEDGER
        self.outcomes = _read(self.path)
        self._lock = threading.Lock()
        self._file: Any = None
        self._closed = False

    def note(self, outcome: Outcome) -> None:
        """Append one outcome, unbuffered.

        Raises Interrupted once the ledger is closed: nothing may be written after that.
        """
        with self._lock:
            if self._closed:
                raise Interrupted("the run has ended")
            if self._file is None:
                self._file = open_end(self.path)
            append_line(self._file, to_bytes(asdict(outcome)))
            self.outcomes[outcome.id] = outcome

    def close(self, gone: set[str]) -> None:
        """Remove the ids that are `gone` and, where anything changed, rewrite the file in order."""
        with self._lock:
            self._closed = True
            for name in gone:
                del self.outcomes[name]
            if self._file is not None:
                self._file.close()
            if self._file is not None or gone:
                write_lines(
                    self.path, (asdict(self.outcomes[name]) for name in sorted(self.outcomes))
                )


def stamp_in(outcome: Outcome | None, name: str) -> Stamp | None:
    """The stamp of the `source` or `output` of an outcome, if it has one."""
    facts = outcome.facts.get(name) if outcome else None
    try:
        return Stamp(facts["size"], facts["mtime_ns"], facts["hash"]) if facts else None
    except (KeyError, TypeError):
        return None


def _read(path: Path) -> dict[str, Outcome]:
    # A line cut short by a kill or a full disk belongs to a clip that is done again.
    outcomes = {}
    if path.exists():
        for line in path.read_bytes().split(b"\n"):
            try:
                row = parse_line(line.decode("utf-8", "surrogateescape"), path, 0)
                outcome = Outcome(**row)
            except (TableError, TypeError):
                continue
            if _is_sound(outcome):
                outcomes[outcome.id] = outcome
    return outcomes


def _is_sound(outcome: Outcome) -> bool:
    """Whether its values are of their kinds: a line from elsewhere may hold anything."""
    texts: list[Any] = [outcome.id, outcome.status, outcome.why]
    if not isinstance(outcome.facts, dict):
        return False
    for file in (outcome.facts[name] for name in ("source", "output") if name in outcome.facts):
        texts.append(file.get("path") if isinstance(file, dict) else None)
    return all(isinstance(text, str) and "\0" not in text for text in texts)


def open_end(path: Path) -> Any:
    """A file to append lines to, after a line that a kill cut short as well."""
    file = open(path, "ab+", buffering=0)  # noqa: SIM115 (closed by Ledger.close)
    if file.seek(0, os.SEEK_END):
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.write(b"\n")
    return file


def append_line(file: Any, line: bytes) -> None:
    """Append a whole line to a file that `open_end` opened, or nothing of it; raises OSError."""
    start = file.seek(0, os.SEEK_END)
    try:
        if file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        file.truncate(start)
        error.filename = str(file.name)
        raise
