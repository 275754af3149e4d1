"""Festival's lists, as CMU ARCTIC has them: `( ID "text" )`."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ...errors import TableError
from ..list_reader import ListFile, ListReader, parse_lines
from ..text_table import TextRow

FILE_NAME = "txt.done.data"

_START = re.compile(r'\s*\(\s*[^\s"()]+\s+"')
# A speaker's folder of CMU ARCTIC; a release adds its number.
_SPEAKER = re.compile(r"cmu_us_([a-z0-9]+)_arctic(-.*)?")
_LINE = re.compile(r'\s*\(\s*([^\s"()]+)\s+"(.*)"\s*\)\s*')


def recognise_festival(file: ListFile) -> bool:
    """Whether a list has Festival's name or first line."""
    return file.path.name == FILE_NAME or bool(_START.match(file.first_line))


def read_festival(file: ListFile) -> Iterator[TextRow | TableError]:
    """The rows of a list of `( ID "text" )`, quotes and backslashes unescaped.

    The speaker is that of CMU ARCTIC's folder.
    """
    folders = map(_SPEAKER.fullmatch, reversed(file.path.parts))
    speaker = next((found[1] for found in folders if found), None)
    for row in parse_lines(file, _parse_line):
        yield replace(row, speaker=speaker) if isinstance(row, TextRow) else row


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
