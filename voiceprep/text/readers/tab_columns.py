"""Columns between tabs, as spreadsheets and Common Voice write them."""

from ...errors import TableError
from ..columns import Row, table_rows, unquoted
from ..list_reader import ListFile, ListReader
from ..text_table import TextRow


def recognise_tabs(file: ListFile) -> bool:
    """Whether the first line has a tab."""
    return "\t" in file.first_line


def read_tabs(file: ListFile) -> list[TextRow | TableError]:
    """The rows of a list between tabs, fields that are quoted as a whole unquoted."""
    rows = [Row(number, tuple(map(unquoted, line.split("\t")))) for number, line in file.lines]
    return table_rows(file, rows)


READER = ListReader(
    name="tab-columns",
    description="columns between tabs, with or without a header, as Common Voice",
    recognises=recognise_tabs,
    read=read_tabs,
)
