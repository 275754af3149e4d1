"""KSS's list: `1/1_0000.wav|text|text with numbers in words|its jamo|seconds|English`."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ...errors import TableError
from ..list_reader import ListFile, ListReader
from ..text_table import TextRow

FILE_NAMES = tuple(f"transcript.v.1.{minor}.txt" for minor in reversed(range(10)))

_EXPANDED = 2
# Its folders 1 to 4 are parts of one speaker.
_SPEAKER = "kss"


def recognise_kss(file: ListFile) -> bool:
    """Whether a list has KSS's name, and columns between bars."""
    return file.path.name in FILE_NAMES and "|" in file.first_line


def read_kss(file: ListFile) -> Iterator[TextRow | TableError]:
    """The rows with the text in the third column, or in the one that the user names.

    The key has no suffix.
    """
    columns = file.format.columns
    role = "normalized" if "normalized" in columns else "text"
    at = columns.index(role) if columns else _EXPANDED
    for number, line in file.lines:
        fields = line.split("|")
        if len(fields) <= at:
            yield _too_few(file.path, number, fields, at)
        else:
            key = PurePosixPath(fields[0].strip()).with_suffix("").as_posix()
            yield TextRow(key, fields[at], _SPEAKER, number)


def _too_few(path: Path, number: int, fields: list[str], at: int) -> TableError:
    return TableError(path, number, f"has {len(fields)} columns, and no text in column {at + 1}")


READER = ListReader(
    name="kss",
    description=f"ID|text|text with numbers in words|jamo|…, in {FILE_NAMES[5]} and its like",
    recognises=recognise_kss,
    read=read_kss,
)
