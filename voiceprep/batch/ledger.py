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
from ..records import STATUSES, Outcome, parse_own_line, to_bytes, write_lines

LEDGER = "outcomes.jsonl"
# The source and the output of an outcome.
_STAMP = {"path": str, "size": int, "mtime_ns": int, "hash": str}


class Ledger:
    """The outcomes of all runs on one folder, by id; thread-safe."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.path = folder / LEDGER
        read = _read(self.path)
        self.outcomes = {outcome.id: outcome for outcome in read}
        # A killed run leaves lines in the order in which clips were done, some of them twice.
        self._ordered = [outcome.id for outcome in read] == sorted(self.outcomes)
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
        """Remove the ids that are `gone`; where anything changed, rewrite the file in order."""
        with self._lock:
            self._closed = True
            for name in gone:
                del self.outcomes[name]
            if self._file is not None:
                self._file.close()
            if self._file is not None or gone or not self._ordered:
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


def _read(path: Path) -> list[Outcome]:
    # The clip of a line that is damaged, or cut short by a kill or a full disk, is done again.
    outcomes = []
    if path.exists():
        for line in path.read_bytes().split(b"\n"):
            try:
                text = line.decode("utf-8", "surrogateescape")
                outcomes.append(_outcome(parse_own_line(text, path, 0)))
            except (TableError, TypeError):
                continue
    return outcomes


def _outcome(row: dict[str, Any]) -> Outcome:
    """The outcome of a line; raises TypeError where it is none that we wrote."""
    outcome = Outcome(**row)
    facts = outcome.facts
    texts = [outcome.id, outcome.why]
    if not isinstance(facts, dict) or outcome.status not in STATUSES:
        raise TypeError("a field of another kind")
    for name, value in facts.items():
        if name in ("source", "output"):
            given = {"path": None, **value}  # a TypeError where it is no mapping
            texts.append(given["path"])
            if not all(isinstance(given.get(key, kind()), kind) for key, kind in _STAMP.items()):
                raise TypeError("a stamp of another kind")
        elif name.endswith("seconds") and not isinstance(value, int | float | None):
            raise TypeError("seconds that are no number")
    if any(not isinstance(text, str) or "\0" in text for text in texts):
        raise TypeError("a text of another kind, or with a zero byte")
    return outcome


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
