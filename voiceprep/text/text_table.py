"""The rows of a list of texts, and the checks that every list passes."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import TableError, TableErrors

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


def clean_rows(
    path: Path, rows: Iterable[TextRow | TableError], ids: Iterable[str] = ()
) -> tuple[list[TextRow], list[str]]:
    """The rows with normalised keys and texts, each key once, and notes on dropped rows.

    Raises TableError for all rows that could not be read, that have no key or a character that
    cannot be written, or whose key has another text already. Blanks around a key belong to it
    where the ids of clips have such blanks.
    """
    as_written = any(part != part.strip() for name in ids for part in name.split("/"))
    kept: dict[str, TextRow] = {}
    empty: list[int] = []
    wrong: list[TableError] = []
    duplicates = 0
    for row in rows:
        if isinstance(row, TableError):
            wrong.append(row)
            continue
        if fault := _fault(path, row):
            wrong.append(fault)
            continue
        key = unicodedata.normalize("NFC", row.key if as_written else row.key.strip())
        text = row.text.strip()
        if not text:
            empty.append(row.line)
            continue
        row = replace(row, key=key, text=text)
        first = kept.setdefault(key, row)
        if first is not row:
            duplicates += 1
            if first.text != row.text:
                wrong.append(conflicting_texts(path, first, row))
    raise_all(wrong)
    return list(kept.values()), _dropped_notes(path, empty, duplicates)


def raise_all(errors: Sequence[TableError]) -> None:
    """Raise the errors in the lines of one table together, where there are any."""
    if errors:
        raise errors[0] if len(errors) == 1 else TableErrors(errors)


def _fault(path: Path, row: TextRow) -> TableError | None:
    """Why a row cannot be used, if it cannot."""
    if not row.key.strip():
        return TableError(path, row.line, "has no name of a sound")
    try:
        check_text(path, row.line, row.key + row.text + (row.speaker or ""))
    except TableError as error:
        return error
    return None


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
        raise TableError(path, line, "contains a zero byte or a lone surrogate")


def conflicting_texts(path: Path, first: TextRow, second: TextRow) -> TableError:
    """The error for a list with two different texts for one clip."""
    place = f"line {first.line}" if first.line else first.key
    return TableError(
        path, second.line, f"another text for {second.key}, which {place} has already"
    )
