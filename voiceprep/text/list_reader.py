"""A list of texts before its format is known, and a reader of one format."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..errors import TableError
from .text_files import numbered_lines
from .text_table import TextRow


@dataclass(frozen=True)
class ListFile:
    """A decoded list of texts; `ids` are those of the dataset's clips, where they are known."""

    path: Path
    text: str
    ids: Collection[str] = ()

    @cached_property
    def lines(self) -> tuple[tuple[int, str], ...]:
        """The lines that are not blank, with their numbers."""
        return tuple(numbered_lines(self.text))

    @property
    def first_line(self) -> str:
        """The first line that is not blank; "" where there is none."""
        return self.lines[0][1] if self.lines else ""


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
