"""The lists of texts of a dataset: where they are, and their rows."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from ..errors import TableError
from .list_reader import ListFile, ListFormat
from .readers import festival, jsut, kaldi, kss, librispeech, read_rows
from .text_files import decode, read_bytes
from .text_table import TextRow, TextTable, clean_rows, conflicting_texts, raise_all

STEMS = ("metadata", "transcripts", "transcript", "manifest", "filelist")
SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".json", ".list")
# The names of lists in a dataset's folder, in the order in which they are looked for.
NAMES = (
    *(f"{stem}{suffix}" for stem in STEMS for suffix in SUFFIXES),
    *(
        kaldi.FILE_NAME,
        *jsut.FILE_NAMES,
        *kss.FILE_NAMES,
        festival.FILE_NAME,
        f"etc/{festival.FILE_NAME}",
    ),
)


def find_tables(dataset: Path) -> list[Path]:
    """The lists of texts in a dataset's folder by their usual names, the one to read first."""
    return [dataset / name for name in NAMES if (dataset / name).is_file()]


def find_nested_tables(dataset: Path) -> list[Path]:
    """The lists that corpora keep in the folders of their parts, anywhere below a dataset."""
    patterns = (f"*{librispeech.SUFFIX}", *jsut.FILE_NAMES, *kss.FILE_NAMES, festival.FILE_NAME)
    found = {path for pattern in patterns for path in dataset.rglob(pattern) if path.is_file()}
    return sorted(found)


def read_table(path: Path, ids: Collection[str] = (), form: ListFormat = ListFormat()) -> TextTable:
    """Read a list of any format in READERS; `ids` are those of the clips.

    `form` is what the user says of the list.
    A row without a text is dropped with a note. Raises TableError naming the line that cannot be
    read.
    """
    beside = path.with_name(kaldi.SPEAKERS_NAME)
    is_kaldi = path.name == kaldi.FILE_NAME and beside.is_file()
    speakers = read_bytes(beside) if is_kaldi else None
    return parse_table(path, read_bytes(path), ids, speakers, form)


def parse_table(
    path: Path,
    data: bytes,
    ids: Collection[str] = (),
    speakers: bytes | None = None,
    form: ListFormat = ListFormat(),
) -> TextTable:
    """The table in the bytes of a list; `path` is for its format and for messages.

    `speakers` are the bytes of the `utt2spk` beside Kaldi's list.
    """
    text, notes = decode(path, data, form.encoding)
    file = ListFile(path, text, ids, form)
    rows, more = clean_rows(path, read_rows(file), ids)
    if not rows:
        raise TableError(path, 0, "contains no text; a line is ID|text")
    if path.name == kaldi.FILE_NAME and speakers is not None:
        rows = kaldi.add_speakers(
            rows, path.with_name(kaldi.SPEAKERS_NAME), speakers, form.encoding
        )
    return TextTable(path, tuple(rows), (*notes, *file.notes, *more))


def merge_tables(folder: Path, tables: Sequence[TextTable]) -> TextTable:
    """Several lists as one; raises TableError where two have different texts for one name."""
    if len(tables) == 1:
        return tables[0]
    rows: dict[str, TextRow] = {}
    for table in tables:
        wrong = [
            conflicting_texts(table.path, rows[row.key], row)
            for row in table.rows
            if rows.setdefault(row.key, replace(row, line=0)).text != row.text
        ]
        raise_all(wrong)
    notes = [note for table in tables for note in table.notes]
    sounds = any(table.brings_sounds for table in tables)
    return TextTable(folder, tuple(rows.values()), tuple(notes), sounds)
