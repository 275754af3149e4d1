"""Columns between semicolons, as spreadsheets write CSV where the comma is a decimal mark."""

from ...errors import TableError
from ..columns import table_rows
from ..list_reader import ListFile, ListReader
from ..text_table import TextRow
from .comma_columns import csv_rows


def recognise_semicolons(file: ListFile) -> bool:
    """Whether the first line has a semicolon, and no other separator before it."""
    before, mark, _ = file.first_line.partition(";")
    return bool(mark) and not any(other in before for other in ",|\t")


def read_semicolons(file: ListFile) -> list[TextRow | TableError]:
    """The rows of a list between semicolons."""
    return table_rows(file, list(csv_rows(file, ";")), hint="; quote a text that has semicolons")


READER = ListReader(
    name="semicolon-columns",
    description="ID;text, or a header that names its columns in any order",
    recognises=recognise_semicolons,
    read=read_semicolons,
)
