"""Bars, where there is a terminal to show them, and lines that are told while a command works."""

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import UserError


def bar(rows: Iterable[Any], total: int) -> Iterable[Any]:
    """The rows, counted on the terminal while they pass."""
    if not total or not sys.stderr.isatty():
        return rows
    from tqdm import tqdm

    return tqdm(rows, total=total, unit="clip", file=sys.stderr, leave=False, dynamic_ncols=True)


def play(sound: bytes) -> bool:
    """Write sound to stdout at once; False where the player has gone.

    Raises UserError where stdout is a terminal, which would show it.
    """
    if sys.stdout.isatty():
        raise UserError("--raw writes sound to stdout: put | and a player behind, as ffplay")
    try:
        sys.stdout.buffer.write(sound)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python must not try to flush to it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


class Terminal:
    """Tells lines on stderr, above a bar of steps where that is a terminal; nothing if quiet."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet, self._bar = quiet, None

    def tell(self, line: str) -> None:
        """Print a line for the person who watches."""
        if self._bar is not None:
            self._bar.write(line, file=sys.stderr)
        elif not self._quiet:
            print(line, file=sys.stderr, flush=True)

    def advance(self, step: int, total: int, facts: Mapping[str, str]) -> None:
        """Show how many steps of how many are done, and what is known of the last one."""
        if self._quiet or not sys.stderr.isatty():
            return
        if self._bar is None:
            self._bar = _steps_bar(step - 1, total)
        self._bar.set_postfix(facts, refresh=False)
        self._bar.update(step - self._bar.n)
        if step >= total:
            self._bar.close()


def _steps_bar(done: int, total: int) -> Any:
    from tqdm import tqdm

    return tqdm(total=total, initial=done, unit="step", file=sys.stderr, dynamic_ncols=True)
