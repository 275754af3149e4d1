"""Signals that end a run where it can be continued."""

import signal
import threading
from types import FrameType

INTERRUPTED, PREEMPTED = "interrupted", "preempted"
_SIGNALS = {
    signal.SIGINT: INTERRUPTED,
    signal.SIGTERM: PREEMPTED,
    **({signal.SIGUSR1: PREEMPTED} if hasattr(signal, "SIGUSR1") else {}),
}


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
