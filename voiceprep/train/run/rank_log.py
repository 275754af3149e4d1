"""The stderr of each of several processes, kept in the run's folder: rank-N.log."""

import atexit
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from ...errors import os_reason
from ...tools import tee_stderr
from ..device import Machine


class RankLog:
    """Keeps what a process and its libraries write to stderr, and shows it as before.

    It does so from `keep_in` until the process has ended, in whatever way.
    """

    def __init__(self, machine: Machine) -> None:
        world, now = machine.world, datetime.now()
        self._name = f"rank-{world.rank}.log"
        self._header = (
            f"--- {now:%Y-%m-%d %H:%M:%S}, {socket.gethostname()}, process {world.rank} of "
            f"{world.size}, pid {os.getpid()}, {machine.device}\n"
        )
        self._screen = os.dup(2)
        self._give_back: Callable[[], None] | None = None
        # The line of an error, and a traceback, come after the run.
        atexit.register(self._stop)

    def keep_in(self, folder: Path) -> str:
        """Start, or go on in another folder; returns a line where that cannot be written to."""
        self._stop()
        path = folder / self._name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with open(path, "ab") as file:
                file.write(self._header.encode())
            self._give_back = tee_stderr(path, self._screen)
        except OSError as error:
            return f"stderr is not kept: {error.filename}: {os_reason(error)}"
        return ""

    def _stop(self) -> None:
        if self._give_back:
            with suppress(OSError):
                sys.stderr.flush()
            self._give_back()
            self._give_back = None
