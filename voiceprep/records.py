"""What voiceprep reports, as frozen records and as JSON lines."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from .errors import TableError
from .files import replacing


class Result(Protocol):
    """What a command returns: its output as text and as records, and its exit code."""

    exit_code: int

    def lines(self, verbose: bool) -> list[str]:
        """The result as lines of text; all of it where `verbose`."""

    def rows(self) -> Iterable[dict[str, Any]]:
        """The result as records, the last one the summary."""


class Shown:
    """A result that a notebook shows as the command line does, however many clips it has."""

    def __repr__(self: Any) -> str:
        return "\n".join(self.lines(False))


class Console(Protocol):
    """Shows messages and progress to the user."""

    def print(self, line: str) -> None:
        """Show a line."""

    def advance(self, step: int, total: int, facts: Mapping[str, str]) -> None:
        """Show the progress of a run."""


class NullConsole:
    """Discards progress."""

    def print(self, line: str) -> None:
        """Discard a line."""

    def advance(self, step: int, total: int, facts: Mapping[str, str]) -> None:
        """Discard progress."""


# Python's JSON has numbers that are none, large ones included, and halves of characters.
_UNWRITABLE = re.compile(r"NaN|Infinity|[0-9][eE]\+?[0-9]{3}|[0-9]{300}|\\u[dD][89a-fA-F]")
STATUSES = ("done", "skipped", "quarantined", "failed")


@dataclass(frozen=True)
class Outcome:
    """The result of one clip.

    done; skipped (up to date); quarantined (read, but not usable; nothing is written);
    failed (could not be read or written). `why` is the reason or a warning, or empty.
    """

    id: str
    status: str
    why: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """What one check found in one clip; `spans` are its places, in seconds."""

    id: str
    check: str
    value: float
    unit: str
    ok: bool
    advice: str = ""
    spans: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Event:
    """A named number at a step of a run."""

    step: int
    name: str
    value: float


def to_json(row: dict[str, Any]) -> str:
    """One JSON line without its end, readable where the text is not ASCII."""
    return json.dumps(row, ensure_ascii=False, allow_nan=False)


def to_bytes(row: dict[str, Any]) -> bytes:
    """One JSON line with its end; a file name that is not UTF-8 keeps its bytes."""
    return (to_json(row) + "\n").encode("utf-8", "surrogateescape")


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON lines file with their line numbers; raises TableError."""
    with open(path, encoding="utf-8-sig", errors="surrogateescape") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, parse_own_line(line, path, number)


def parse_line(line: str, path: Path, number: int) -> dict[str, Any]:
    """The object of one JSON line; raises TableError naming the file and the line."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise TableError(
            path, number, f"not JSON ({error}); every line must be an object"
        ) from None
    if not isinstance(row, dict):
        raise TableError(path, number, "not a JSON object in braces, one on every line")
    return row


def parse_own_line(line: str, path: Path, number: int) -> dict[str, Any]:
    """The object of a line that we wrote; raises TableError for what `to_bytes` refuses, too."""
    row = parse_line(line, path, number)
    if _UNWRITABLE.search(line):
        try:
            to_bytes(row)
        except ValueError as error:
            raise TableError(path, number, f"holds what no line of ours can: {error}") from None
    return row


def write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write JSON lines, atomically."""
    with replacing(path) as temporary, open(temporary, "wb") as file:
        for row in rows:
            file.write(to_bytes(row))
