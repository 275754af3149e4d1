"""Columns between bars, as in LJSpeech's `metadata.csv` and NVIDIA's filelists."""

import re
from collections import Counter
from collections.abc import Sequence

from ...errors import TableError, shorten
from ..column_roles import infer_roles
from ..columns import Row, table_rows, unquoted
from ..list_reader import ListFile, ListReader
from ..text_table import TextRow

_QUOTED = re.compile(r'".*"')
# Not between two blanks, as a bar is within a text.
_COLUMN_BAR = re.compile(r"(?<!\s)\||\|(?!\s)")


def recognise_pipes(file: ListFile) -> bool:
    """Whether the first line has a bar and no tab before it, and half of the lines have one."""
    before, bar, _ = file.first_line.strip().partition("|")
    if not bar or "\t" in before:
        return False
    return 2 * sum("|" in line for _, line in file.lines) >= len(file.lines)


def read_pipes(file: ListFile) -> list[TextRow | TableError]:
    """The rows of a list between bars; quotes are part of the text, unless all fields have them."""
    rows = [Row(number, tuple(line.split("|"))) for number, line in file.lines]
    if all(_QUOTED.fullmatch(field) for row in rows for field in row.fields):
        rows = [Row(row.line, tuple(map(unquoted, row.fields))) for row in rows]
    if not file.format.columns:
        _check_bars(file, rows)
    return table_rows(file, _join_texts(rows, file.format.columns))


def _check_bars(file: ListFile, rows: list[Row]) -> None:
    """Raise TableError where every text may have a bar between blanks, or be of two columns."""
    joined = [_COLUMN_BAR.split("|".join(row.fields)) for row in rows]
    uniform = len({len(row.fields) for row in rows}) == 1 < len(rows[0].fields) - 1
    if not uniform or any(len(fields) != 2 for fields in joined):
        return
    if "normalized" not in infer_roles([row.fields for row in rows], file.ids)[0]:
        others = ",other" * (len(rows[0].fields) - 2)
        raise TableError(
            file.path,
            rows[0].line,
            "its texts may have bars between blanks, or be of several columns: "
            f"--columns id,text reads {shorten(joined[0][1], 60)!r}, "
            f"--columns id,text{others} reads {shorten(rows[0].fields[1], 60)!r}",
        )


def _join_texts(rows: list[Row], columns: Sequence[str]) -> list[Row]:
    """The rows, those that are wider than most joined where a bar between blanks ends no column."""
    width = len(columns) or Counter(len(row.fields) for row in rows).most_common(1)[0][0]
    return [_join_text(row, width) if len(row.fields) > width else row for row in rows]


def _join_text(row: Row, width: int) -> Row:
    """A row whose bars between blanks belong to a text, if it has `width` fields then."""
    fields = _COLUMN_BAR.split("|".join(row.fields))
    return Row(row.line, tuple(fields)) if len(fields) == width else row


READER = ListReader(
    name="pipe-columns",
    description="ID|text, with a normalised text, a speaker or others, with or without a header",
    recognises=recognise_pipes,
    read=read_pipes,
)
