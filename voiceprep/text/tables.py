"""Lists of texts in a dataset: which there are, and what shape each has."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import TableError
from .columns import column_rows, json_rows
from .corpora import (
    COLONS,
    FESTIVAL,
    KALDI,
    KALDI_SPEAKERS,
    LIBRISPEECH,
    corpus_rows,
    parse_speakers,
)
from .rows import Row, Table, decode, numbered_lines, read_bytes, settled, two_texts

STEMS = ("metadata", "transcripts", "transcript", "manifest", "filelist")
SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".json", ".list")
# The names of lists in a dataset's folder, the first to be read before the others.
NAMES = (
    *(f"{stem}{suffix}" for stem in STEMS for suffix in SUFFIXES),
    *(KALDI, *COLONS, FESTIVAL, f"etc/{FESTIVAL}"),
)


def find_tables(dataset: Path) -> list[Path]:
    """The lists of texts in a dataset's folder by their usual names, the one to read first."""
    return [dataset / name for name in NAMES if (dataset / name).is_file()]


def find_below(dataset: Path) -> list[Path]:
    """The lists that corpora keep in the folders of their parts, anywhere below a dataset."""
    kinds = (f"*{LIBRISPEECH}", *COLONS, FESTIVAL)
    found = {path for kind in kinds for path in dataset.rglob(kind) if path.is_file()}
    return sorted(found)


def read_table(path: Path, ids: Collection[str] = ()) -> Table:
    """Read a list of any shape that docs/filelist.md names; `ids` are those of the clips.

    A row without a text is left out and told. Raises TableError naming the line that cannot be
    read.
    """
    beside = path.with_name(KALDI_SPEAKERS)
    speakers = read_bytes(beside) if path.name == KALDI and beside.is_file() else None
    return parse_table(path, read_bytes(path), ids, speakers)


def parse_table(
    path: Path, data: bytes, ids: Collection[str] = (), speakers: bytes | None = None
) -> Table:
    """The table that the bytes of a list hold; `path` names its shape and takes the blame.

    `speakers` are the bytes of the `utt2spk` beside a list of Kaldi's.
    """
    text, told = decode(path, data)
    rows, more = settled(path, _rows(path, text, ids))
    if not rows:
        raise TableError(path, 0, "holds no text; a line is ID|text")
    if path.name == KALDI and speakers is not None:
        known = parse_speakers(path.with_name(KALDI_SPEAKERS), speakers)
        rows = [replace(row, speaker=row.speaker or known.get(row.key)) for row in rows]
    return Table(path, tuple(rows), (*told, *more))


def merge_tables(folder: Path, tables: Sequence[Table]) -> Table:
    """Several lists as one; raises TableError where two have different texts for one name."""
    if len(tables) == 1:
        return tables[0]
    rows: dict[str, Row] = {}
    for table in tables:
        for row in table.rows:
            if rows.setdefault(row.key, replace(row, line=0)).text != row.text:
                raise two_texts(table.path, rows[row.key], row)
    notes = [note for table in tables for note in table.notes]
    sounds = any(table.brings_sounds for table in tables)
    return Table(folder, tuple(rows.values()), tuple(notes), sounds)


def _rows(path: Path, text: str, ids: Collection[str]) -> list[Row] | Iterator[Row]:
    if re.match(r"\s*(\[\s*)?\{", text):
        return json_rows(path, text)
    rows = corpus_rows(path, text, ids)
    if rows is not None:
        return rows
    line, first = next(numbered_lines(text), (0, ""))
    if not first:
        return []
    separator = next((mark for mark in "|\t," if mark in first), "")
    if not separator:
        raise TableError(path, line, "has one column; a line is ID|text")
    return column_rows(path, text, separator)
