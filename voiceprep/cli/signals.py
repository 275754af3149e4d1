"""Signals that end a command: one line and exit code 130, however many of them arrive.

SIGHUP ends it too, unless it was ignored when the program started, as under nohup.
"""

import atexit
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from ..errors import Interrupted

INTERRUPTED = "interrupted; run it again to continue"
Handler = Callable[[int, FrameType | None], object] | signal.Handlers


def end_at_once(_number: int, _frame: FrameType | None) -> None:
    """Print a line and end the process, whatever it is doing."""
    with suppress(Exception):
        # Not print(): the signal may have interrupted one.
        os.write(sys.stderr.fileno(), f"voiceprep: {INTERRUPTED}\n".encode())
    os._exit(Interrupted.exit_code)


def handle_signals(handler: Handler) -> None:
    """Let a handler have every signal that ends a command."""
    for number in _ending():
        signal.signal(number, handler)


@contextmanager
def interrupting() -> Iterator[None]:
    """Within it the signals raise KeyboardInterrupt, after it they end the process at once."""
    hook = sys.unraisablehook

    def end_if_interrupted(error: "sys.UnraisableHookArgs") -> None:
        # Python ignores a KeyboardInterrupt in a destructor, and the command would go on.
        if isinstance(error.exc_value, KeyboardInterrupt):
            end_at_once(signal.SIGINT, None)
        hook(error)

    sys.unraisablehook = end_if_interrupted
    try:
        handle_signals(signal.default_int_handler)
        yield
    finally:
        handle_signals(end_at_once)


def leave(code: int) -> None:
    """End the process with an exit code.

    The interpreter's own teardown is left out: in it a signal has no handler any more, and threads
    of torch's process group may abort the process.
    """
    if code == Interrupted.exit_code:
        # One more signal has nothing to add.
        handle_signals(signal.SIG_IGN)
    with suppress(Exception):
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os._exit(code)


def _ending() -> list[int]:
    numbers: list[int] = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    return numbers
