"""The entry point: from its first line to its last a signal ends it without a traceback."""

import os
import sys


def main() -> None:
    """Run the command line."""
    from .cli.signals import end_at_once, handle_signals, leave

    handle_signals(end_at_once)
    _use_utf8()
    from .cli.main import main as run

    leave(run())


def _use_utf8() -> None:
    """Start again in Python's UTF-8 mode where the locale has another encoding.

    The names of files, lists and records are UTF-8; Python fixes the encoding of names as it
    starts.
    """
    if sys.getfilesystemencoding() != "utf-8":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


if __name__ == "__main__":
    main()
