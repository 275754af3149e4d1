"""Signals that end a run where it can be continued."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ..errors import Preempted

INTERRUPTED, PREEMPTED = "interrupted", "preempted"
_SIGNALS = {
    signal.SIGINT: INTERRUPTED,
    signal.SIGTERM: PREEMPTED,
    **({signal.SIGUSR1: PREEMPTED} if hasattr(signal, "SIGUSR1") else {}),
}


@contextmanager
def preemptible() -> Iterator[None]:
    """Within it SIGTERM and SIGUSR1 raise Preempted, where there is nothing to save yet."""

    def stop(*_: object) -> None:
        raise Preempted("preempted before the first step; run it again")

    own = threading.current_thread() is threading.main_thread()
    asked = [number for number, kind in _SIGNALS.items() if own and kind == PREEMPTED]
    before = {number: signal.signal(number, stop) for number in asked}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Stops:
    """Within it Ctrl-C, SIGTERM and SIGUSR1 are only noted in `wanted`; a second Ctrl-C is not.

    Signals reach the main thread alone: in another one nothing is changed.
    """

    def __init__(self) -> None:
        self.wanted = ""

    def __enter__(self) -> "Stops":
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
