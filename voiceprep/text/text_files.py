"""The bytes of a text file, decoded and in numbered lines."""

import re
from collections.abc import Iterator
from pathlib import Path

from ..errors import TableError

# Texts contain the other line breaks that str.splitlines knows.
_BREAK = re.compile(r"\r\n|\n|\r")
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; raises TableError where it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise TableError(path, 0, f"cannot be read: {why}") from None


def decode(path: Path, data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a file without its byte-order mark, and a note where it is not UTF-8.

    `path` is for messages only. Raises TableError naming the line that cannot be decoded.
    """
    marks = _BYTE_ORDER_MARKS.items()
    encoding = next((name for mark, name in marks if data.startswith(mark)), "utf-8")
    notes: tuple[str, ...] = ()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        line = _line_at(before, len(before))
        if encoding != "utf-8":
            raise TableError(path, line, f"not {encoding}: save the file as UTF-8") from None
        text = _decode_windows(path, data, line)
        notes = (f"{path} is not UTF-8 (line {line}); read as Windows-1252: check its accents",)
    if "\0" in text:
        line = _line_at(text, text.index("\0"))
        raise TableError(path, line, "contains a zero byte: save the file as UTF-8")
    return text, notes


def _decode_windows(path: Path, data: bytes, line: int) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise TableError(
            path, line, "neither UTF-8 nor Windows-1252: save the file as UTF-8"
        ) from None


def _line_at(text: str, position: int) -> int:
    return len(_BREAK.findall(text, 0, position)) + 1


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    for number, line in enumerate(_BREAK.split(text), start=1):
        if line.strip():
            yield number, line
