"""Festival's lists, as CMU ARCTIC has them: `( ID "text" )`."""

import re
from collections.abc import Iterator
from pathlib import Path

from ...errors import TableError
from ..list_reader import ListFile, ListReader, parse_lines
from ..text_table import TextRow

FILE_NAME = "txt.done.data"

_START = re.compile(r'\s*\(\s*[^\s"()]+\s+"')
_LINE = re.compile(r'\s*\(\s*([^\s"()]+)\s+"(.*)"\s*\)\s*')


def recognise_festival(file: ListFile) -> bool:
    """Whether a list has Festival's name or first line."""
    return file.path.name == FILE_NAME or bool(_START.match(file.first_line))


def read_festival(file: ListFile) -> Iterator[TextRow | TableError]:
    """The rows of a list of `( ID "text" )`, quotes and backslashes unescaped."""
    return parse_lines(file, _parse_line)


def _parse_line(path: Path, number: int, line: str) -> TextRow:
    match = _LINE.fullmatch(line)
    if not match:
        raise TableError(path, number, 'not of the form ( ID "text" )')
    return TextRow(match[1], re.sub(r'\\(["\\])', r"\1", match[2]), None, number)


READER = ListReader(
    name="festival",
    description=f'( ID "text" ), in {FILE_NAME} or with such a first line, as CMU ARCTIC',
    recognises=recognise_festival,
    read=read_festival,
)
