"""A list of texts before its format is known, and a reader of one format."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

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


@dataclass(frozen=True)
class ListReader:
    """One format of lists of texts.

    `recognises` decides by the name of a file, its first lines or the ids of the clips; `read`
    raises TableError naming the line that does not have the format.
    """

    name: str
    description: str
    recognises: Callable[[ListFile], bool]
    read: Callable[[ListFile], Iterable[TextRow]]
