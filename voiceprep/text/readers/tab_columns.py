"""Columns between tabs, as spreadsheets and Common Voice write them."""

from ...errors import TableError
from ..columns import Row, table_rows
from ..list_reader import ListFile, ListReader
from ..text_table import TextRow


def recognise_tabs(file: ListFile) -> bool:
    """Whether the first line has a tab."""
    return "\t" in file.first_line


def read_tabs(file: ListFile) -> list[TextRow | TableError]:
    """The rows of a list between tabs, fields that are quoted as a whole unquoted."""
    rows = [Row(number, tuple(map(_unquoted, line.split("\t")))) for number, line in file.lines]
    return table_rows(file, rows)


def _unquoted(field: str) -> str:
    """A field as spreadsheets write it: quoted as a whole, with every quote in it doubled."""
    inner = field[1:-1]
    if len(field) > 1 and field[0] == field[-1] == '"' and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return field


READER = ListReader(
    name="tab-columns",
    description="columns between tabs, with or without a header, as Common Voice",
    recognises=recognise_tabs,
    read=read_tabs,
)
