"""The rows of a list of texts, and the checks that every list passes."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import TableError

# JSON can spell a lone surrogate, which UTF-8 cannot encode; a zero ends a text for C programs.
_UNWRITABLE = re.compile(r"[\0\ud800-\udfff]")
_SHOWN = 5


@dataclass(frozen=True)
class TextRow:
    """One text and the key of its clip: an id, a file name or a path, which is never opened.

    `line` counts from 1; it is 0 where the text has a file of its own.
    """

    key: str
    text: str
    speaker: str | None = None
    line: int = 0


@dataclass(frozen=True)
class TextTable:
    """The rows of one list in its order, and notes for the user.

    `brings_sounds` where the file contains the sounds too, as an archive of pairs does.
    """

    path: Path
    rows: tuple[TextRow, ...]
    notes: tuple[str, ...] = ()
    brings_sounds: bool = False


def clean_rows(path: Path, rows: Iterable[TextRow]) -> tuple[list[TextRow], list[str]]:
    """The rows with normalised keys and texts, each key once, and notes on dropped rows.

    Raises TableError where a row has no key, or a key two different texts.
    """
    kept: dict[str, TextRow] = {}
    empty: list[int] = []
    duplicates = 0
    for row in rows:
        check_text(path, row.line, row.text)
        key, text = unicodedata.normalize("NFC", row.key.strip()), row.text.strip()
        if not key:
            raise TableError(path, row.line, "has no name of a sound")
        if not text:
            empty.append(row.line)
            continue
        row = replace(row, key=key, text=text)
        first = kept.setdefault(key, row)
        if first is not row:
            duplicates += 1
            if first.text != row.text:
                raise conflicting_texts(path, first, row)
    return list(kept.values()), _dropped_notes(path, empty, duplicates)


def _dropped_notes(path: Path, empty: Sequence[int], duplicates: int) -> list[str]:
    notes = []
    if empty:
        shown = ", ".join(map(str, empty[:_SHOWN])) + (", …" if len(empty) > _SHOWN else "")
        notes.append(f"{path}: no text in line {shown}")
    if duplicates:
        rows = "1 duplicate row" if duplicates == 1 else f"{duplicates} duplicate rows"
        notes.append(f"{path}: {rows} ignored")
    return notes


def check_text(path: Path, line: int, text: str) -> None:
    """Raise TableError where a text has a character that cannot be written to a file."""
    if _UNWRITABLE.search(text):
        raise TableError(path, line, "its text contains a zero byte or a lone surrogate")


def conflicting_texts(path: Path, first: TextRow, second: TextRow) -> TableError:
    """The error for a list with two different texts for one clip."""
    place = f"line {first.line}" if first.line else first.key
    return TableError(
        path, second.line, f"another text for {second.key}, which {place} has already"
    )
