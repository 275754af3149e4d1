"""Columns between commas (CSV), where a text with a comma is quoted."""

import csv
import io
from collections.abc import Iterator

from ...errors import TableError
from ..columns import Row, table_rows
from ..list_reader import ListFile, ListReader
from ..text_files import skip_lines
from ..text_table import TextRow


def recognise_commas(file: ListFile) -> bool:
    """Whether the first line has a comma."""
    return "," in file.first_line


def read_commas(file: ListFile) -> list[TextRow | TableError]:
    """The rows of a CSV file; without a header and names of columns it must have two.

    A third column is more likely the rest of a text that has a comma itself.
    """
    rows = list(csv_rows(file, ","))
    return table_rows(file, rows, widths=(2,), hint="; quote a text that has commas")


def csv_rows(file: ListFile, delimiter: str) -> Iterator[Row]:
    """The rows of a list whose fields may be quoted, and then hold delimiters and line breaks."""
    line, own = file.lines[0][0], {number for number, _ in file.lines}
    text = io.StringIO(skip_lines(file.text, line - 1), newline="")
    reader = csv.reader(text, strict=True, skipinitialspace=True, delimiter=delimiter)
    skipped = line - 1
    try:
        for row in reader:
            if line in own and any(field.strip() for field in row):
                yield Row(line, tuple(row))
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        why = f"a quote is opened and not closed ({error}); double a quote that is part of the text"
        raise TableError(file.path, line, why) from None


READER = ListReader(
    name="comma-columns",
    description="ID,text, or a header that names its columns in any order",
    recognises=recognise_commas,
    read=read_commas,
)
