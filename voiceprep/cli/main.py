"""The door: finds the command, calls it, prints what it returns, ends with its exit code."""

import ctypes
import importlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import click

from .. import __version__
from ..errors import Interrupted, ToolMissing, VoiceprepError, nearest
from ..records import Result, to_json
from .table import COMMANDS

HELP = """From a folder of recordings to a voice that speaks.

\b
In a dataset's folder:
  voiceprep prepare mp3dir
  voiceprep filelist --split all-train
  voiceprep report
  voiceprep train tacotron2
  voiceprep infer-stats
"""

# Threads that work in C for a fraction of a millisecond hand over at once, not after 5 ms.
SWITCH_SECONDS = 0.0002
# As in malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_BYTES = 1 << 26


class Table(click.Group):
    """The commands of the table; a command's module is loaded when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command:  # noqa: ARG002
        """The command of that name; raises UsageError with the nearest one."""
        if name not in COMMANDS:
            raise click.UsageError(f"there is no command {name!r}: {nearest(name, list(COMMANDS))}")
        return load_command(name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The commands with the lines of the table, none of them loaded."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.help) for name, row in COMMANDS.items()])


class Rewritten(click.Command):
    """A command that understands more than its own options; what it makes of them is told."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words that the row's `rewrite` makes of those typed."""
        module, function = COMMANDS[self.name].rewrite.split(":")
        rewrite = getattr(importlib.import_module(module), function)
        words, notes = rewrite(args, self.get_params(ctx))
        for note in notes:
            print(f"voiceprep: note: {note}", file=sys.stderr)
        return super().parse_args(ctx, words)


def load_command(name: str) -> click.Command:
    """The Click command made of a function's signature and docstring."""
    from .options import arguments_from, options_of

    row = COMMANDS[name]
    try:
        function = getattr(importlib.import_module(row.module), row.function)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        told = f"voiceprep {name}"
        raise ToolMissing("torch", told, "pip install 'voiceprep[train]'") from None

    def call(**given: Any) -> int:
        return _perform(function, arguments_from(function, given), given)

    kind = Rewritten if row.rewrite else click.Command
    return kind(name, params=options_of(function), callback=call, help=function.__doc__)


@click.group(cls=Table, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="voiceprep", message="%(prog)s %(version)s")
def root() -> None:
    """The root of all commands."""


def main() -> None:
    """Run the command line; every ending has one line and its exit code."""
    # Clips are worked on side by side, so one product of matrices needs no threads of its own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.setswitchinterval(SWITCH_SECONDS)
    _claim_terminal()
    _keep_memory()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    words = sys.argv[1:] or ["--help"]
    code = _guarded(lambda: root.main(words, "voiceprep", standalone_mode=False))
    if "WORLD_SIZE" in os.environ:
        # Threads that torch keeps for its processes may abort one that ends in the usual way.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _keep_memory() -> None:
    """Let glibc keep what blocks of sound leave: giving it back costs a tenth of a run."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)


def _claim_terminal() -> None:
    """Keep the terminal for our own lines: mpg123 writes one for every blemish of an mp3."""
    silence = os.open(os.devnull, os.O_WRONLY)
    # Streams that the caller has closed are None.
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    sys.stdout.reconfigure(errors="backslashreplace")
    own = silence if sys.stderr is None else os.dup(2)
    encoding = getattr(sys.stderr, "encoding", "utf-8")
    sys.stderr = open(own, "w", 1, encoding, "backslashreplace", closefd=False)  # noqa: SIM115
    os.dup2(silence, 2)


def _guarded(call: Callable[[], Any]) -> int:
    try:
        return call() or 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        return _complain(error.format_message(), 2)
    except VoiceprepError as error:
        return _complain(str(error), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return _complain("interrupted; run it again to continue", Interrupted.exit_code)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _complain(f"{place}{(error.strerror or str(error)).lower()}", 2)
    except Exception as error:
        if "-v" in sys.argv or "--verbose" in sys.argv:
            raise
        told = f"{type(error).__name__}: {error}"
        return _complain(f"a mistake in voiceprep, please report it ({told}); -v shows where", 1)


def _perform(function: Callable[..., Result], values: dict[str, Any], given: dict[str, Any]) -> int:
    if "progress" in function.__annotations__ and not given["quiet"]:
        from .progress import bar

        values["progress"] = bar
    if "console" in function.__annotations__:
        from .progress import Terminal

        values["console"] = Terminal(given["quiet"])
    if "player" in function.__annotations__:
        from .progress import play

        values["player"] = play
    result = function(**values)
    try:
        _show(result, given)
    except BrokenPipeError:
        # The reader of our output has gone; Python must not try to flush to it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return result.exit_code


def _show(result: Result, given: dict[str, Any]) -> None:
    if given["as_json"]:
        for row in result.rows():
            print(to_json(row))
    elif not given["quiet"]:
        for line in result.lines(given["verbose"]):
            print(line)
    sys.stdout.flush()


def _complain(message: str, code: int) -> int:
    print(f"voiceprep: {message}", file=sys.stderr)
    return code
