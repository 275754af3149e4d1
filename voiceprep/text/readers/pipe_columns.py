"""Columns between bars, as in LJSpeech's `metadata.csv` and NVIDIA's filelists."""

from ...errors import TableError
from ..columns import Row, table_rows
from ..list_reader import ListFile, ListReader
from ..text_table import TextRow


def recognise_pipes(file: ListFile) -> bool:
    """Whether the first line has a bar."""
    return "|" in file.first_line


def read_pipes(file: ListFile) -> list[TextRow | TableError]:
    """The rows of a list between bars; quotes are part of the text, nothing is escaped."""
    rows = [Row(number, tuple(line.split("|"))) for number, line in file.lines]
    return table_rows(file.path, rows)


READER = ListReader(
    name="pipe-columns",
    description="ID|text, ID|text|normalised text or ID|text|speaker, with or without a header",
    recognises=recognise_pipes,
    read=read_pipes,
)
