"""Progress bars on a terminal, and lines that are printed while a command runs."""

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from ..errors import UserError


def bar(rows: Iterable[Any], total: int) -> Iterable[Any]:
    """The rows, with a progress bar if stderr is a terminal."""
    if not total or not sys.stderr.isatty():
        return rows
    from tqdm import tqdm

    counted: Iterable[Any] = tqdm(
        rows, total=total, unit="clip", file=sys.stderr, leave=False, dynamic_ncols=True
    )
    return counted


def play(sound: bytes) -> bool:
    """Write sound to stdout at once; False if the player has closed.

    Raises UserError if stdout is a terminal.
    """
    if sys.stdout.isatty():
        raise UserError("--raw writes sound to stdout: pipe it to a player, such as ffplay")
    try:
        sys.stdout.buffer.write(sound)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python must not try to flush to it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


class Terminal:
    """Prints lines on stderr, above a bar of steps on a terminal; nothing if quiet."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        # The bar belongs on the terminal alone, wherever stderr is kept besides later on.
        self._screen = None if quiet or not sys.stderr.isatty() else _same_stream(sys.stderr)
        self._bar: Any = None  # tqdm's, which ships no types

    def print(self, line: str) -> None:
        """Print a line."""
        if self._quiet:
            return
        if self._bar is not None:
            # It is drawn again at the next step, below the line.
            self._bar.clear()
        print(line, file=sys.stderr, flush=True)

    def advance(self, step: int, total: int, facts: Mapping[str, str]) -> None:
        """Show how many of the steps are done, and facts about the last one."""
        if self._screen is None:
            return
        if self._bar is None:
            self._bar = _steps_bar(step - 1, total, self._screen)
        self._bar.set_postfix(facts, refresh=False)
        self._bar.update(step - self._bar.n)
        if step >= total:
            self._bar.close()


def _same_stream(stream: TextIO) -> TextIO:
    """Another stream to where one leads now."""
    copy = os.dup(stream.fileno())
    return open(copy, "w", encoding=stream.encoding, errors=stream.errors)


def _steps_bar(done: int, total: int, screen: TextIO) -> Any:
    from tqdm import tqdm

    return tqdm(total=total, initial=done, unit="step", file=screen, dynamic_ncols=True)
