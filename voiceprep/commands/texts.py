"""The texts of a dataset: where they are looked for, and how they find their sounds."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..archive import find_archives, is_archive
from ..audio.files import SUFFIXES
from ..clip import CLIPS, Clip
from ..origins import Origins
from ..text.joining import Joined, join_rows
from ..text.rows import Row, Table
from ..text.sidecars import read_pairs, read_sidecars
from ..text.tables import find_below, find_tables, merge_tables, read_table

SHOWN = 5


def join_texts(
    dataset: Path, clips: Sequence[Clip], metadata: str, origins: Origins
) -> tuple[Joined, list[str]]:
    """The clips joined to the list that is named or found, and what there is to tell of it."""
    table, notes = _find_texts(dataset, clips, metadata, origins)
    joined = join_rows(table, [clip.id for clip in clips])
    if table.brings_sounds and not joined.rows:
        where = table.path
        notes.append(f"its sounds are not in the dataset yet: voiceprep prepare {where}")
    return joined, notes


def _find_texts(
    dataset: Path, clips: Sequence[Clip], metadata: str, origins: Origins
) -> tuple[Table, list[str]]:
    """The first look that finds a text, and what there is to tell of it and those before."""
    notes: list[str] = []
    table = Table(dataset, ())
    for table in _looks(dataset, clips, metadata, origins):
        notes += table.notes
        if table.rows:
            break
    return table, notes


def _looks(
    dataset: Path, clips: Sequence[Clip], metadata: str, origins: Origins
) -> Iterator[Table]:
    """What is named, else what every place in turn holds where texts may be."""
    ids = [clip.id for clip in clips]
    if metadata:
        path = _named(dataset, metadata)
        yield read_pairs(path, SUFFIXES) if is_archive(path) else read_table(path, ids)
        return
    if tables := find_tables(dataset):
        table = read_table(tables[0], ids)
        others = ", ".join(path.relative_to(dataset).as_posix() for path in tables[1:])
        told = [f"read {tables[0].name}, not {others}: --metadata reads another"] if others else []
        yield replace(table, notes=(*table.notes, *told))
    yield read_sidecars({clip.id: origins.places(clip.path) for clip in clips}, dataset)
    archives = find_archives(dataset)
    yield merge_tables(dataset, [read_pairs(path, SUFFIXES) for path in archives])
    yield merge_tables(dataset, [read_table(path, ids) for path in find_below(dataset)])
    yield Table(dataset / CLIPS, tuple(_listed_rows(clips)))


def _named(dataset: Path, name: str) -> Path:
    return Path(name) if Path(name).exists() else dataset / name


def _listed_rows(clips: Sequence[Clip]) -> Iterator[Row]:
    return (Row(clip.id, clip.text, clip.speaker) for clip in clips if clip.text)


def tell_not_joined(joined: Joined) -> list[str]:
    """The rows of the list that found no sound, in sentences."""
    notes = []
    for rows, told in (
        (joined.without_sound, "without a sound"),
        (joined.unclear, "that fit several sounds, name them in full"),
    ):
        if rows:
            count = "1 text" if len(rows) == 1 else f"{len(rows)} texts"
            names = ", ".join(_named_row(row) for row in rows[:SHOWN])
            notes.append(f"{count} {told}: {names}" + (", …" if len(rows) > SHOWN else ""))
    return notes


def _named_row(row: Row) -> str:
    return f"{row.key} (line {row.line})" if row.line else row.key
