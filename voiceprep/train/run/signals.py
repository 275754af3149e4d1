"""Signals that end a training run where it can be resumed."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from ...errors import Preempted

T = TypeVar("T")
INTERRUPTED, PREEMPTED = "interrupted", "preempted"
_KINDS = {
    "SIGINT": INTERRUPTED,
    "SIGTERM": PREEMPTED,
    "SIGUSR1": PREEMPTED,
    "SIGHUP": PREEMPTED,
}
# A launcher of several processes passes on the signal that the terminal has already sent to each.
PASSED_ON_SECONDS = 2.0


class _BrokenOff(BaseException):
    """A signal has arrived in work that may be broken off; no library catches it."""


class StopSignals:
    """Within it Ctrl-C, SIGTERM, SIGUSR1 and SIGHUP end a run where nothing is lost.

    Before `noting` there is nothing to save: Ctrl-C raises KeyboardInterrupt, the others Preempted.
    Within it the first signal sets `wanted`. A second signal, and one after it, raises
    KeyboardInterrupt, within `holding` at its end; from a launcher of `several` processes it may be
    the first one passed on, and is ignored for PASSED_ON_SECONDS. SIGHUP stays ignored where it
    was, as under nohup. Signals reach only the main thread: in another one nothing is changed.
    """

    def __init__(self, several: bool = False) -> None:
        self.wanted = ""
        self._several, self._first_at = several, float("-inf")
        self._notes = self._noted = self._holds = self._breaks = self._second = False

    def __enter__(self) -> "StopSignals":
        in_main = threading.current_thread() is threading.main_thread()
        self._before = {
            number: signal.signal(number, self._handle)
            for name in _KINDS
            if in_main and (number := getattr(signal, name, None)) and not _ignored(number)
        }
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Within it the first signal only sets `wanted`."""
        self._notes = True
        try:
            yield
        finally:
            self._notes, self._noted = False, True

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Within it a second signal waits, as for a checkpoint to be written."""
        self._holds = True
        try:
            yield
        finally:
            self._holds = False
            if self._second:
                raise KeyboardInterrupt

    def attempt(self, work: Callable[[], T]) -> T | None:
        """The result of some work; None if a signal has broken it off, or came before it."""
        try:
            try:
                self._breaks = True
                return None if self.wanted else work()
            finally:
                self._breaks = False
        except _BrokenOff:
            return None

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        now, kind = time.monotonic(), _KINDS[signal.Signals(number).name]
        if self._first_at > float("-inf"):
            self._repeat(now)
            return
        self._first_at = now
        if self._notes:
            self.wanted = kind
            if self._breaks:
                raise _BrokenOff
        elif kind == INTERRUPTED or self._noted:
            raise KeyboardInterrupt
        else:
            raise Preempted("preempted before the first step; run it again")

    def _repeat(self, now: float) -> None:
        if self._several and now - self._first_at < PASSED_ON_SECONDS:
            return
        self._second = True
        if not self._holds:
            raise KeyboardInterrupt


def _ignored(number: int) -> bool:
    is_hangup = number == getattr(signal, "SIGHUP", None)
    return is_hangup and signal.getsignal(number) is signal.SIG_IGN
