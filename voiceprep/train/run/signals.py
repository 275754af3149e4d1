"""Signals that end a run at a point where it can be resumed."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ...errors import Preempted

INTERRUPTED, PREEMPTED = "interrupted", "preempted"
_SIGNALS = {
    signal.SIGINT: INTERRUPTED,
    signal.SIGTERM: PREEMPTED,
    **({signal.SIGUSR1: PREEMPTED} if hasattr(signal, "SIGUSR1") else {}),
}


@contextmanager
def preemptible() -> Iterator[None]:
    """Within it SIGTERM and SIGUSR1 raise Preempted, for when there is nothing to save yet."""

    def stop(*_: object) -> None:
        raise Preempted("preempted before the first step; run it again")

    in_main = threading.current_thread() is threading.main_thread()
    numbers = [number for number, kind in _SIGNALS.items() if in_main and kind == PREEMPTED]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class StopSignals:
    """Within it Ctrl-C, SIGTERM and SIGUSR1 only set `wanted`; a second Ctrl-C interrupts.

    Signals reach only the main thread: in another one nothing is changed.
    """

    def __init__(self) -> None:
        self.wanted = ""

    def __enter__(self) -> "StopSignals":
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        else:
            self._before = {}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if self.wanted and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.wanted = self.wanted or _SIGNALS[signal.Signals(number)]
