"""JSUT's and JVS's lists: `ID:text`."""

import re
from collections.abc import Iterator
from pathlib import Path

from ...errors import TableError
from ..list_reader import ListFile, ListReader, parse_lines
from ..text_table import TextRow

FILE_NAMES = ("transcript_utf8.txt", "transcripts_utf8.txt")

# A drive letter is not an id, nor is the scheme of a web address.
_LINE = re.compile(r"\s*([^\s:|,;]+):(?![\\/])(.*)", re.DOTALL)


def recognise_colons(file: ListFile) -> bool:
    """Whether a list has JSUT's name, or a first line of `ID:text` and no separator of columns.

    A comma may be part of the text; then all lines must have the form.
    """
    first = file.first_line
    if file.path.name in FILE_NAMES:
        return True
    if "|" in first or "\t" in first or not _LINE.match(first):
        return False
    return "," not in first or all(_LINE.match(line) for _, line in file.lines)


def read_colons(file: ListFile) -> Iterator[TextRow | TableError]:
    """The rows of a list of `ID:text`."""
    return parse_lines(file, _parse_line)


def _parse_line(path: Path, number: int, line: str) -> TextRow:
    match = _LINE.fullmatch(line)
    if not match:
        raise TableError(path, number, "has no ID before a colon; a line is ID:text")
    return TextRow(match[1], match[2], None, number)


READER = ListReader(
    name="jsut",
    description=f"ID:text, in {FILE_NAMES[0]} or with such lines",
    recognises=recognise_colons,
    read=read_colons,
)
