"""What a list of texts holds, the bytes it is read from, and the same cleanness for all lists."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import TableError

# Other breaks, which str.splitlines knows too, occur in texts.
_BREAK = re.compile(r"\r\n|\n|\r")
# What JSON can spell and UTF-8 cannot hold, and what ends a text for some readers.
_BROKEN = re.compile(r"[\0\ud800-\udfff]")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Row:
    """One text and what names its sound: an id, a file name or a path, never opened as one.

    `line` counts from 1; it is 0 where the text has a file of its own.
    """

    key: str
    text: str
    speaker: str | None = None
    line: int = 0


@dataclass(frozen=True)
class Table:
    """The rows of one list in its order, and what there is to tell of it.

    `brings_sounds` where the file holds the sounds too, as an archive of pairs does.
    """

    path: Path
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    brings_sounds: bool = False


def read_bytes(path: Path) -> bytes:
    """The bytes of a list; raises TableError where it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise TableError(path, 0, f"cannot be read: {error.strerror.lower()}") from None


def decode(path: Path, data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a file without its byte-order mark, and how it was read where not as UTF-8.

    `path` is only blamed. Raises TableError naming the line that is no text.
    """
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    told: tuple[str, ...] = ()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        line = _line_at(before, len(before))
        if encoding != "utf-8":
            raise TableError(path, line, f"not {encoding}: save the file as UTF-8") from None
        text = _decode_windows(path, data, line)
        told = (
            f"{path} is no UTF-8 (line {line}) and was read as Windows-1252: check its accents",
        )
    if "\0" in text:
        line = _line_at(text, text.index("\0"))
        raise TableError(path, line, "holds a zero byte: save the file as UTF-8")
    return text, told


def _decode_windows(path: Path, data: bytes, line: int) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise TableError(
            path, line, "neither UTF-8 nor Windows-1252: save the file as UTF-8"
        ) from None


def _line_at(text: str, place: int) -> int:
    return len(_BREAK.findall(text, 0, place)) + 1


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    for number, line in enumerate(_BREAK.split(text), start=1):
        if line.strip():
            yield number, line


def first_of(row: Mapping[str, object], names: Sequence[str]) -> object:
    """The first value among `names` that is there and not blank."""
    found = (row[name] for name in names if name in row)
    return next((value for value in found if value is not None and str(value).strip()), None)


def settled(path: Path, rows: Iterable[Row]) -> tuple[list[Row], list[str]]:
    """The rows with clean keys and texts, each name once, and what was left out.

    Raises TableError where a row has no name, or a name two texts.
    """
    kept: dict[str, Row] = {}
    empty, twice = [], 0
    for row in rows:
        check_text(path, row.line, row.text)
        key, text = unicodedata.normalize("NFC", row.key.strip()), row.text.strip()
        if not key:
            raise TableError(path, row.line, "has no name of a sound")
        if not text:
            empty.append(row.line)
            continue
        row = replace(row, key=key, text=text)
        before = kept.setdefault(key, row)
        if before is not row:
            twice += 1
            if before.text != row.text:
                raise two_texts(path, before, row)
    told = []
    if empty:
        shown = ", ".join(map(str, empty[:5])) + (", …" if len(empty) > 5 else "")
        told.append(f"{path}: no text in line {shown}")
    if twice:
        told.append(f"{path}: {twice} rows are there twice")
    return list(kept.values()), told


def check_text(path: Path, line: int, text: str) -> None:
    """Raise TableError where a text holds what cannot be written."""
    if _BROKEN.search(text):
        raise TableError(path, line, "its text holds a zero or half a character")


def two_texts(path: Path, first: Row, second: Row) -> TableError:
    """The error of a list that has two texts for one sound."""
    has = f"line {first.line} has already" if first.line else f"{first.key} has already"
    return TableError(path, second.line, f"another text for {second.key}, which {has}")
