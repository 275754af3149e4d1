"""Calls a command from Python, with its options as keywords.

Settings are resolved as on the command line: default < preset < `voiceprep.toml` in the dataset <
`settings` and keywords. So a call does what the typed command does.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from os import PathLike, fsdecode
from typing import Any

from ..cli.keywords import parse_call
from ..cli.main import call_command
from ..errors import Interrupted, Preempted

PathName = str | PathLike[str]
"""A path, as text or as a Path."""

ProgressBar = Callable[..., Iterable[Any]]
"""Wraps rows to show progress, called as `progress(rows, total=count)`: tqdm, for example."""


def call(
    name: str,
    *arguments: PathName | None,
    options: Mapping[str, Any],
    settings: Mapping[str, Any] | None = None,
    progress: ProgressBar | None = None,
    messages: Callable[[str], None] | None = None,
) -> Any:
    """The result of a command, which prints nothing.

    `messages` is called with every line that the command would show while it runs. Raises as
    `cli.keywords.parse_call`, and as the command; Interrupted or Preempted where it was stopped
    and kept what was finished.
    """
    words = tuple(fsdecode(argument) for argument in arguments if argument is not None)
    given, notes = parse_call(name, words, options, settings or {})
    shown = Progress(progress, messages)
    for note in notes:
        shown.print(note)
    result = call_command(name, given, {"progress": shown.rows, "console": shown})
    for stopped in (Interrupted, Preempted):
        if result.exit_code == stopped.exit_code:
            raise stopped(f"{name} was stopped; call it again to continue")
    return result


class Progress:
    """Shows the progress of a call by a function that wraps rows, and its messages."""

    def __init__(self, bar: ProgressBar | None, messages: Callable[[str], None] | None):
        self._bar, self._messages = bar, messages
        self._steps: Iterator[int] | None = None

    def rows(self, rows: Iterable[Any], total: int) -> Iterable[Any]:
        """The rows, wrapped by the bar."""
        return self._bar(rows, total=total) if self._bar and total else rows

    def print(self, line: str) -> None:
        """Pass a line on."""
        if self._messages:
            self._messages(line)

    def advance(self, step: int, total: int, facts: Mapping[str, str]) -> None:  # noqa: ARG002
        """Show that a step of a training run is done."""
        if self._steps is None:
            left = range(step - 1, total)
            self._steps = iter(self.rows(left, len(left)))
            next(self._steps)
        next(self._steps, None)
