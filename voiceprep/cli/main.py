"""The entry point: finds the command, calls it, prints its result, exits with its code."""

import ctypes
import importlib
import io
import os
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from .. import __version__
from ..errors import Interrupted, VoiceprepError, nearest, on_one_line, shorten
from ..records import Result, to_json
from ..train.registry import MODELS, models_with
from .signals import INTERRUPTED, interrupting
from .table import COMMANDS

HELP = """From a folder of recordings to a voice that speaks.

\b
In a dataset's folder:
  voiceprep prepare mp3dir
  voiceprep filelist --split all-train
  voiceprep report
  voiceprep train {model}
  voiceprep infer-stats
"""

# The notes of a command on its arguments, in its context.
NOTES = "voiceprep.notes"
# Threads that run C code for less than a millisecond switch at once, not after 5 ms.
SWITCH_SECONDS = 0.0002
# As in malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_BYTES = 1 << 26


def fill(help: str | None) -> str:
    """A help text with the models filled in: `{models}`, and `{model}`, the first acoustic one."""
    models = " or ".join(MODELS)
    return (help or "").replace("{models}", models).replace("{model}", models_with("acoustic")[0])


class CommandGroup(click.Group):
    """The commands of the table; a command's module is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command:  # noqa: ARG002
        """The command of that name; raises UsageError that suggests the nearest one."""
        if name not in COMMANDS:
            raise click.UsageError(f"there is no command {name!r}: {nearest(name, list(COMMANDS))}")
        return load_command(name)

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command; an interrupt has one line, where click would print an empty one too."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise Interrupted(INTERRUPTED) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The commands with the lines of the table, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.help) for name, row in COMMANDS.items()])


class RewritingCommand(click.Command):
    """A command that rewrites its arguments before they are parsed, and prints notes on that."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments as rewritten by the row's `rewrite`."""
        module, function = COMMANDS[self.name or ""].rewrite.split(":")
        rewrite = getattr(importlib.import_module(module), function)
        words, ctx.meta[NOTES] = rewrite(args, self.get_params(ctx))
        return super().parse_args(ctx, words)


def load_command(name: str) -> click.Command:
    """The Click command made from a function's signature and docstring."""
    from .options import options_of

    function = command_function(name)

    def run(**given: Any) -> int:
        from .progress import Terminal, bar, play

        for note in click.get_current_context().meta.get(NOTES, ()):
            print(f"voiceprep: note: {note}", file=sys.stderr)
        quiet = given["quiet"]
        shown = {"console": Terminal(quiet), "player": play} | ({} if quiet else {"progress": bar})
        return _show(call_command(name, given, shown), given)

    kind = RewritingCommand if COMMANDS[name].rewrite else click.Command
    return kind(name, params=options_of(function), callback=run, help=fill(function.__doc__))


def command_function(name: str) -> Callable[..., Result]:
    """The function of a command; its module is imported."""
    row = COMMANDS[name]
    function: Callable[..., Result] = getattr(importlib.import_module(row.module), row.function)
    return function


def call_command(name: str, given: Mapping[str, Any], shown: Mapping[str, Any]) -> Result:
    """The result of a command for the options that were given.

    `shown` has what shows progress, by the parameters' names; the command takes those it has. Its
    console is told of typed options that have no effect.
    """
    from .ignored import ignored_lines
    from .options import arguments_from, typed_settings

    function = command_function(name)
    arguments = arguments_from(function, given)
    typed = typed_settings(function, given)
    for line in ignored_lines(name, arguments, typed):
        shown["console"].print(line)
    more = {name: value for name, value in shown.items() if name in function.__annotations__}
    if "typed" in function.__annotations__:
        more["typed"] = typed
    return function(**arguments, **more)


@click.group(
    cls=CommandGroup, help=fill(HELP), context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="voiceprep", message="%(prog)s %(version)s")
def root() -> None:
    """The root of all commands."""


def main() -> int:
    """Run the command line; its exit code. Every error prints one line."""
    # Clips are processed in parallel, so matrix products need no threads of their own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # torch's threads wait for each other for microseconds at a time, so they spin, but then sleep:
    # where the cores are busy, one that spins on keeps the one it waits for from running.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "2000")
    # torch makes a folder for models that it compiles: without this among the temporary files.
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(Path(__file__).parent))
    # onnxruntime would keep an identifier among the temporary files and send it to its makers.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    sys.setswitchinterval(SWITCH_SECONDS)
    _prepare_streams()
    _keep_memory()
    threading.excepthook = _print_thread_error
    words = sys.argv[1:] or ["--help"]
    try:
        with interrupting():
            return _exit_code(lambda: root.main(words, "voiceprep", standalone_mode=False))
    except KeyboardInterrupt:
        # Of a second signal, while the line of the first was printed.
        return Interrupted.exit_code


def _keep_memory() -> None:
    """Let glibc keep the memory of freed blocks: returning it costs a tenth of a run."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)


def _prepare_streams() -> None:
    """Let stdout and stderr take any text, as UTF-8 whatever the locale."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            # The caller has closed it: the next file to be opened must not take its place.
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            stream = open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
        if number and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _print_thread_error(error: threading.ExceptHookArgs) -> None:
    """One line for what ends a library's thread, as TensorBoard's on a full disk."""
    if error.exc_type is not SystemExit:
        print(f"voiceprep: a thread ended: {error.exc_value}", file=sys.stderr)


def _exit_code(call: Callable[[], Any]) -> int:
    """Call a function; its exit code, or that of its error, which is printed in one line."""
    try:
        return call() or 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        return _print_error(error.format_message(), 2)
    except VoiceprepError as error:
        return _print_error(str(error), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return _print_error(INTERRUPTED, Interrupted.exit_code)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _print_error(f"{place}{(error.strerror or str(error)).lower()}", 2)
    except MemoryError as error:
        return _print_error(f"out of memory: {error or 'the machine has no more'}", 2)
    except Exception as error:
        if "-v" in sys.argv or "--verbose" in sys.argv:
            raise
        what = f"{type(error).__name__}: {error}"
        return _print_error(f"a bug in voiceprep, please report it ({what}); -v shows where", 1)


def _show(result: Result, given: Mapping[str, Any]) -> int:
    """Print a result; returns its exit code."""
    try:
        if given["as_json"]:
            for row in result.rows():
                print(to_json(row))
        elif not given["quiet"]:
            for line in result.lines(given["verbose"]):
                print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has closed the pipe; Python must not try to flush to it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return result.exit_code


def _print_error(message: str, code: int) -> int:
    print(f"voiceprep: {shorten(on_one_line(message))}", file=sys.stderr)
    return code
