"""The only interface to libsndfile's readers: absurd headers are refused, decoders are silent."""

import ctypes
import io
import mmap
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from ..errors import Unreadable
from .containers.content import check_sound
from .limits import check_format

# Their decoders write a line for every defect.
TALKATIVE = {"MP3", "MPEG_LAYER_I", "MPEG_LAYER_II", "MPEG_LAYER_III", "SDS"}


@dataclass(frozen=True)
class Patch:
    """What libsndfile is shown of a file: its bytes up to `end`, with others at some places."""

    end: int
    fields: tuple[tuple[int, bytes], ...]


@contextmanager
def opened(source: Path | bytes, patch: Patch | None = None) -> Iterator[soundfile.SoundFile]:
    """A file, or the bytes of one, that libsndfile reads, with a header within the limits.

    Raises Unreadable where libsndfile cannot open or decode it, Unusable for an absurd header.
    """
    try:
        with _shown(source, patch) as shown:
            with QUIET:
                file = soundfile.SoundFile(shown)
            with file:
                check_format(file.channels, file.samplerate)
                yield file
    except soundfile.LibsndfileError as error:
        if isinstance(source, Path):
            with suppress(OSError):
                check_sound(source)
        raise Unreadable(f"libsndfile: {error.error_string.rstrip('.').lower()}") from None


@contextmanager
def _shown(source: Path | bytes, patch: Patch | None) -> Iterator[Any]:
    """The name of a file, or the file in memory with a patch; on the disk it stays as it is."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    if patch is None:
        yield os.fsencode(source)
        return
    with (
        open(source, "rb") as file,
        mmap.mmap(file.fileno(), patch.end, access=mmap.ACCESS_COPY) as data,
    ):
        for place, value in patch.fields:
            data[place : place + len(value)] = value
        yield _View(data)


class _View:
    """Bytes in memory as a file that soundfile reads; libsndfile also seeks beyond the end."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data, self._place = data, 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> None:
        self._place = max((0, self._place, len(self._data))[whence] + offset, 0)

    def tell(self) -> int:
        return self._place

    def read(self, count: int) -> bytes:
        piece = self._data[self._place : self._place + count]
        self._place += len(piece)
        return piece


def read_frames(file: soundfile.SoundFile, count: int) -> np.ndarray:
    """The next frames of an open file, at most `count`: float32 of shape (frames, channels)."""
    samples: np.ndarray
    if {file.format, file.subtype} & TALKATIVE:
        with QUIET:
            samples = file.read(count, dtype="float32", always_2d=True)
    else:
        samples = file.read(count, dtype="float32", always_2d=True)
    return samples


class _Quiet:
    """Hides what mpg123 and libsndfile write of a damaged file: there is no switch for it.

    While any thread is inside, the C library's variables `stdout` and `stderr` are the null device.
    The file descriptors 1 and 2 are left alone, so that Python's own streams, `faulthandler` and
    other programs write to them as ever.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._usual: list[int | None] = []

    @cached_property
    def _streams(self) -> list[ctypes.c_void_p]:
        """The variables; none where the C library is not glibc, where they can be assigned."""
        library = ctypes.CDLL(None)
        glibc = hasattr(library, "gnu_get_libc_version")
        names = ("stdout", "stderr") if glibc else ()
        return [ctypes.c_void_p.in_dll(library, name) for name in names]

    @cached_property
    def _null(self) -> int | None:
        fopen = ctypes.CDLL(None).fopen
        fopen.restype = ctypes.c_void_p
        null: int | None = fopen(os.fsencode(os.devnull), b"w")
        return null

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1 and self._null:
                self._usual = [stream.value for stream in self._streams]
                for stream in self._streams:
                    stream.value = self._null

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                for stream, usual in zip(self._streams, self._usual, strict=False):
                    stream.value = usual


QUIET = _Quiet()
