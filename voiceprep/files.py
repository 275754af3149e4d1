"""Atomic writes, folder locks and file stamps."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .errors import TargetError, os_reason

PART = ".voiceprep-part"
LOCK = ".voiceprep-lock"
# The longest name of a file on the usual file systems, in bytes.
LONGEST_NAME = 255


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder that replaces `path` when the block succeeds.

    An OSError that names no file, as of a full disk, or the temporary one is raised with `path`.
    """
    temporary = part_path(path)
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        if error.filename in (None, str(temporary), temporary):
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        temporary.unlink(missing_ok=True)


def part_path(path: Path) -> Path:
    """The temporary path of a file that is being written: hidden, in its folder, its own alone."""
    name = f".{path.name}{PART}"
    if name_bytes(name) > LONGEST_NAME:
        name = f".{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:32]}{PART}"
    return path.with_name(name)


def name_bytes(name: str) -> int:
    """The length of a file's name in bytes."""
    return len(os.fsencode(name))


@contextmanager
def holding(folder: Path, wait: bool = False) -> Iterator[None]:
    """Lock `folder`, created where it is missing; the system frees the lock when we end.

    Raises TargetError where it cannot be written to or, without `wait`, where another run holds
    the lock.
    """
    lock = _open_lock(folder, wait)
    try:
        yield
    finally:
        os.close(lock)


def _open_lock(folder: Path, wait: bool) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise TargetError(folder, f"cannot be written to: {os_reason(error)}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(lock)
        raise TargetError(folder, "another run is using it; wait for it to end") from None
    return lock


def sweep(folder: Path) -> int:
    """Remove temporary files of killed runs below `folder`; their number."""
    left = [path for path in folder.rglob(f".*{PART}") if path.is_file()]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def content_hash(path: Path) -> str:
    """The first 32 hexadecimal digits of the SHA-256 of the file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


@dataclass(frozen=True)
class Stamp:
    """A file's state: size in bytes, modification time in nanoseconds, content hash."""

    size: int
    mtime_ns: int
    hash: str

    @classmethod
    def of(cls, path: Path) -> "Stamp":
        """The current stamp of a file."""
        status = path.stat()
        return cls(status.st_size, status.st_mtime_ns, content_hash(path))

    def still(self, path: Path) -> bool:
        """Whether the file still has the stamped content; reads it only if its time differs."""
        try:
            status = path.stat()
        except OSError:
            return False
        if status.st_size != self.size:
            return False
        return status.st_mtime_ns == self.mtime_ns or content_hash(path) == self.hash


def date(path: Path, base_ns: int) -> Stamp:
    """Set a file's time to that of its source, with a fraction of a second from its content.

    So the same source and settings give the same file and time, and a file whose content changed
    never has the size and time of the previous one.
    """
    digest = content_hash(path)
    mtime_ns = base_ns - base_ns % 10**9 + int(digest, 16) % 10**9
    os.utime(path, ns=(mtime_ns, mtime_ns))
    status = path.stat()
    return Stamp(status.st_size, status.st_mtime_ns, digest)


def set_aside(path: Path) -> Path:
    """Rename a file to `NAME.bak`, or `.bak2` and so on; the new path.

    A name that would be too long loses its last letters.
    """
    number = 1
    aside = _with_ending(path, ".bak")
    while aside.exists():
        number += 1
        aside = _with_ending(path, f".bak{number}")
    path.rename(aside)
    return aside


def _with_ending(path: Path, ending: str) -> Path:
    name = path.name
    while name_bytes(name + ending) > LONGEST_NAME:
        name = name[:-1]
    return path.with_name(name + ending)
