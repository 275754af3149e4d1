"""The texts of a dataset: find them, and join them to their clips."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..archive import find_archives, is_archive
from ..audio.files import SUFFIXES
from ..clip import CLIPS, Clip
from ..text.characters import show_word
from ..text.joining import Joined, Unclear, from_other_folder, join_rows
from ..text.list_reader import ListFormat
from ..text.metadata import find_nested_tables, find_tables, merge_tables, read_table
from ..text.sidecars import read_pairs, read_sidecars
from ..text.text_table import TextRow, TextTable
from .clips import left_out
from .provenance import Provenance

SHOWN = 5


def join_texts(
    dataset: Path,
    clips: Sequence[Clip],
    metadata: str,
    origins: Provenance,
    form: ListFormat = ListFormat(),
) -> tuple[Joined, list[str]]:
    """The clips joined to the given list or the first one found, and notes on it."""
    table, notes = _find_texts(dataset, clips, metadata, origins, form)
    joined = join_rows(table, [clip.id for clip in clips], left_out(clips, origins))
    if table.brings_sounds and not joined.rows:
        notes.append(f"its sounds are not in the dataset yet: voiceprep prepare {table.path}")
    return joined, notes


def _find_texts(
    dataset: Path, clips: Sequence[Clip], metadata: str, origins: Provenance, form: ListFormat
) -> tuple[TextTable, list[str]]:
    """The first table with a text, and the notes on it and on those before."""
    notes: list[str] = []
    table = TextTable(dataset, ())
    for table in _tables(dataset, clips, metadata, origins, form):
        notes += table.notes
        if table.rows:
            break
    return table, notes


def _tables(
    dataset: Path, clips: Sequence[Clip], metadata: str, origins: Provenance, form: ListFormat
) -> Iterator[TextTable]:
    """The given list, else a table from each place where texts may be, in order of precedence."""
    ids = [clip.id for clip in clips]
    if metadata:
        path = _given_path(dataset, metadata)
        yield _read(path, ids, form)
        return
    if tables := find_tables(dataset):
        table = read_table(tables[0], ids, form)
        others = ", ".join(path.relative_to(dataset).as_posix() for path in tables[1:])
        note = f"read {tables[0].name} and ignored {others}; --metadata chooses another list"
        yield replace(table, notes=(*table.notes, note) if others else table.notes)
    places = {clip.id: origins.places(clip.path) for clip in clips}
    yield read_sidecars(places, dataset, form=form)
    archives = find_archives(dataset)
    yield merge_tables(dataset, [_read(path, ids, form) for path in archives])
    nested = find_nested_tables(dataset)
    yield merge_tables(dataset, [_read(path, ids, form) for path in nested])
    yield TextTable(dataset / CLIPS, tuple(_listed_rows(clips)))


def _read(path: Path, ids: Sequence[str], form: ListFormat) -> TextTable:
    """The texts of an archive or of a list."""
    if is_archive(path):
        return read_pairs(path, SUFFIXES, form)
    return read_table(path, ids, form)


def _given_path(dataset: Path, name: str) -> Path:
    return Path(name) if Path(name).exists() else dataset / name


def _listed_rows(clips: Sequence[Clip]) -> Iterator[TextRow]:
    return (TextRow(clip.id, clip.text, clip.speaker) for clip in clips if clip.text)


def unmatched_notes(joined: Joined) -> list[str]:
    """Notes on the texts that were not joined to a clip, or to one in another folder."""
    groups = [(joined.without_sound, "without a sound")]
    groups += [
        (rows, f"for a {status} clip" if len(rows) == 1 else f"for {status} clips")
        for status, rows in joined.left_out.items()
    ]
    notes = [
        f"{_count(len(rows))} {problem}: {_shown(map(_row_name, rows), ', ')}"
        for rows, problem in groups
        if rows
    ]
    elsewhere = [
        f"{_row_name(row)} to {name}"
        for name, row in joined.rows.items()
        if from_other_folder(row.key, name)
    ]
    if elsewhere:
        shown = _shown(elsewhere, ", ")
        notes.append(f"{_count(len(elsewhere))} joined by the file name alone: {shown}")
    if joined.unclear:
        count = _count(sum(len(unclear.rows) for unclear in joined.unclear))
        shown = _shown(map(_choice, joined.unclear), "; ")
        notes.append(f"{count} of unclear sounds, write their paths in full: {shown}")
    return notes


def _count(texts: int) -> str:
    return "1 text" if texts == 1 else f"{texts} texts"


def _shown(names: Iterable[str], mark: str) -> str:
    """The first names, and whether there are more."""
    listed = list(names)
    return mark.join(listed[:SHOWN]) + (f"{mark}…" if len(listed) > SHOWN else "")


def _choice(unclear: Unclear) -> str:
    """The rows and the clips that may belong together."""
    rows = " or ".join(_row_name(row) for row in unclear.rows[:SHOWN])
    return f"{rows} may be {' or '.join(unclear.ids[:SHOWN])}"


def _row_name(row: TextRow) -> str:
    key = show_word(row.key)
    return f"{key} (line {row.line})" if row.line else key
