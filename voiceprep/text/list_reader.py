"""A list of texts before its format is known, and a reader of one format."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..errors import TableError
from .column_roles import Roles, is_named, names_in
from .text_files import numbered_lines
from .text_table import TextRow

COMMENT_MARKS = "#;"
_MARKED = re.compile(r"^\s*[#;]", re.MULTILINE)
_SEPARATOR = re.compile(r"[|\t;,]|:\s")
# Excel's own first line, which names the separator of the columns.
SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class ListFormat:
    """The encoding of texts that are not UTF-8, and the roles of a list's columns in order.

    Where they are empty, they are inferred. `pinyin`: whether the line of pinyin is read where a
    corpus has one beside the words.
    """

    encoding: str = ""
    columns: Roles = ()
    pinyin: bool = False


@dataclass(frozen=True)
class ListFile:
    """A decoded list of texts.

    `ids` are those of the dataset's clips, where they are known; `format` is what the user says of
    the list. What a reader infers of it is added to `notes`, for the user.
    """

    path: Path
    text: str
    ids: Collection[str] = ()
    format: ListFormat = ListFormat()
    notes: list[str] = field(default_factory=list)

    @cached_property
    def lines(self) -> tuple[tuple[int, str], ...]:
        """The lines that are neither blank nor comments, with their numbers."""
        lines: list[tuple[int, str]] = []
        comments: list[int] = []
        names = names_in(self.ids) if _MARKED.search(self.text) else set()
        for number, line in numbered_lines(self.text):
            if line.lstrip()[0] in COMMENT_MARKS and not _names_clip(line, names):
                comments.append(number)
            elif number > 1 or not SEPARATOR_LINE.fullmatch(line):
                lines.append((number, line))
        if comments:
            more = f" and {len(comments) - 1} more" if comments[1:] else ""
            why = "lines that begin with # or ; are taken for comments"
            self.notes.append(f"{self.path}, line {comments[0]}{more}: {why}")
        return tuple(lines)

    @property
    def first_line(self) -> str:
        """The first of the lines; "" where there is none."""
        return self.lines[0][1] if self.lines else ""


def _names_clip(line: str, names: Collection[str]) -> bool:
    """Whether a line that begins as comments do is a row: one of its fields names a clip.

    Where the names of the clips are not known, it has columns.
    """
    fields = [field.strip() for field in _SEPARATOR.split(line)]
    if not names:
        return "|" in line or "\t" in line
    return any(is_named(field, names) for field in (*fields, *fields[0].split()[:1]))


def parse_lines(
    file: ListFile, parse: Callable[[Path, int, str], TextRow]
) -> Iterator[TextRow | TableError]:
    """The row of each line, or the TableError that `parse` raises for it."""
    for number, line in file.lines:
        try:
            yield parse(file.path, number, line)
        except TableError as error:
            yield error


@dataclass(frozen=True)
class ListReader:
    """One format of lists of texts.

    `recognises` decides by the name of a file, its first lines or the ids of the clips. `read`
    gives the error of each line that does not have the format in its place; it raises TableError
    where no line can be read.
    """

    name: str
    description: str
    recognises: Callable[[ListFile], bool]
    read: Callable[[ListFile], Iterable[TextRow | TableError]]
