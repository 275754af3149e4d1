"""What can go wrong, and what to do about it.

    VoiceprepError
    ├── UserError          the user's mistake; the command ends, exit 2
    │   ├── SettingError   an unknown or impossible setting
    │   ├── TableError     a line of a list or table that cannot be read
    │   │   └── TableErrors  several of them
    │   ├── SourceError    a file or folder to read is missing or holds nothing of use
    │   ├── CacheError     mels that are missing or of other settings
    │   ├── CheckpointError  a checkpoint that cannot be read or does not fit
    │   ├── TargetError    the target is in use, cannot be written, or is not voiceprep's
    │   └── OutOfMemory    the machine or its GPU has too little memory for a batch
    ├── ClipError          one clip cannot be used; the others go on, exit 3 at the end
    │   ├── Unusable       it can be read but not used: quarantined
    │   └── Unreadable     it cannot be read or written: failed
    ├── Diverged           training diverged and could not recover; exit 1
    ├── ToolMissing        a program or an extra is not installed, exit 4
    └── Interrupted        Ctrl-C or SIGTERM; finished work is kept, exit 130
        └── Preempted      SIGTERM or SIGUSR1 during a training run, exit 75
            └── PeerLost   another process of a training run has ended

Each error carries its facts as attributes, and its text is one line that says what to do.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

# A message quotes what a file holds, which may be of any length.
LONGEST = 400
# The most lines of a table that one message names, and the least that is quoted of each reason.
MOST_LINES, SHORTEST = 10, 24


class VoiceprepError(Exception):
    """The root of all errors that voiceprep raises on purpose; its text is one short line."""

    exit_code = 1
    longest = LONGEST

    def __init__(self, message: str = ""):
        super().__init__(shorten(on_one_line(message), self.longest))

    def __reduce__(self) -> tuple[Any, ...]:
        # Of itself an exception is made again from its text, not from its facts.
        return _restore, (type(self), self.args, vars(self))


def _restore(
    cls: type[VoiceprepError], args: tuple[Any, ...], facts: dict[str, Any]
) -> VoiceprepError:
    """A copied or unpickled error, as a pool of processes passes it on."""
    error = cls.__new__(cls, *args)
    vars(error).update(facts)
    return error


class UserError(VoiceprepError):
    """The command cannot run as it was typed."""

    exit_code = 2


class SettingError(UserError):
    """A setting that does not exist or has an impossible value."""

    def __init__(self, message: str, key: str = ""):
        super().__init__(message)
        self.key = key


class TableError(UserError):
    """A line of a table that cannot be read; `line` counts from 1, 0 means the whole file."""

    def __init__(self, path: Path, line: int, why: str):
        where = f"{path}, line {line}" if line else f"{path}"
        super().__init__(f"{where}: {why}")
        self.path, self.line, self.why = path, line, why


class TableErrors(TableError):
    """Several lines of a table that cannot be read: `errors`, in the order of their lines.

    `line` is that of the first; the text names the first ten.
    """

    def __init__(self, errors: Sequence[TableError]):
        self.errors = tuple(sorted(errors, key=lambda error: error.line))
        first = self.errors[0]
        lines: dict[str, list[str]] = {}
        for error in self.errors[:MOST_LINES]:
            lines.setdefault(error.why, []).append(str(error.line))
        # All lines are named in a message that is no longer than others, its path apart.
        longest = max(SHORTEST, (LONGEST - len(first.path.name) - 100) // len(lines))
        listed = "; ".join(f"{', '.join(at)}: {shorten(why, longest)}" for why, at in lines.items())
        more = f"; and {len(errors) - MOST_LINES} more" if errors[MOST_LINES:] else ""
        self.longest = LONGEST + len(str(first.path.parent))
        super().__init__(first.path, 0, f"{len(errors)} lines are wrong: {listed}{more}")
        self.line = first.line


class SourceError(UserError):
    """A file or folder to read that is missing or holds nothing that can be used."""

    def __init__(self, path: Path, why: str):
        super().__init__(f"{path}: {why}")
        self.path, self.why = path, why


class CacheError(UserError):
    """Cached mels are missing or of other settings; computing them again helps.

    `missing` and `stale` are the ids of the clips; both are empty where all mels are of other
    settings.
    """

    def __init__(self, why: str, missing: tuple[str, ...] = (), stale: tuple[str, ...] = ()):
        super().__init__(f"{why}: run voiceprep mels")
        self.why, self.missing, self.stale = why, missing, stale


class CheckpointError(UserError):
    """A checkpoint that cannot be read, is unsafe, or does not fit."""

    def __init__(self, path: Path, why: str):
        super().__init__(f"{path}: {why}")
        self.path, self.why = path, why


class TargetError(UserError):
    """A folder that cannot be written to as asked."""

    def __init__(self, path: Path, why: str):
        super().__init__(f"{path}: {why}")
        self.path, self.why = path, why


class OutOfMemory(UserError):
    """Too little memory; `what` did not fit, and `advice` says what needs less."""

    def __init__(self, what: str, advice: str = ""):
        rest = f": {advice}" if advice else ""
        super().__init__(f"out of memory, {what} did not fit{rest}")
        self.what, self.advice = what, advice


class ClipError(VoiceprepError):
    """One clip cannot be processed.

    `why` is the reason without the clip's name; `seconds` its length, where known.
    """

    exit_code = 3

    def __init__(self, why: str, seconds: float | None = None):
        super().__init__(why)
        self.why, self.seconds = why, seconds


class Unusable(ClipError):
    """The clip can be read but not used: silent, cut off, too long, its id taken."""


class Unreadable(ClipError):
    """The clip could not be read, or its result could not be written."""


class Missing(Unreadable):
    """The clip's file does not exist."""


class Diverged(VoiceprepError):
    """A training run whose gradients are not finite any more; its text names the clips."""


class ToolMissing(VoiceprepError):
    """A program or a Python extra is needed and not installed."""

    exit_code = 4

    def __init__(self, tool: str, needed_for: str, install: str):
        super().__init__(f"{needed_for} needs {tool} (not installed): {install}")
        self.tool, self.needed_for, self.install = tool, needed_for, install


class Interrupted(VoiceprepError):
    """The run was stopped from outside; running the command again continues."""

    exit_code = 130


class Preempted(Interrupted):
    """The machine was reclaimed; running the command again continues."""

    exit_code = 75


class PeerLost(Preempted):
    """Another process of a run has ended, or can no longer be reached."""


def on_one_line(text: str) -> str:
    """A text on one line: characters that cannot be printed, line ends too, are escaped."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def shorten(text: str, longest: int = LONGEST) -> str:
    """The start and the end of a text that is too long, which say where and what to do."""
    if len(text) <= longest:
        return text
    start = 2 * longest // 3
    return f"{text[:start]} … {text[start - longest + 3 :]}"


def os_reason(error: OSError) -> str:
    """The system's reason for an OSError, in lower case, without a file name."""
    return (error.strerror or str(error)).lower()


def nearest(word: str, words: list[str]) -> str:
    """A hint that names the entry of `words` nearest to `word`, or all of them."""
    close = get_close_matches(word, words, n=1)
    return f"did you mean {close[0]!r}?" if close else f"it is one of {', '.join(words)}"
