"""The only interface to libsndfile's readers: absurd headers are refused, decoders are silent."""

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

import numpy as np
import soundfile

from ..errors import Unreadable
from .containers.content import check_sound
from .limits import check_format

# Their decoders write a line for every defect.
TALKATIVE = ("MP3", "SDS")


@contextmanager
def opened(path: Path) -> Iterator[soundfile.SoundFile]:
    """A file that libsndfile reads, with a header within the limits.

    Raises Unreadable where libsndfile cannot open or decode it, Unusable for an absurd header.
    """
    try:
        with QUIET:
            file = soundfile.SoundFile(os.fsencode(path))
        with file:
            check_format(file.channels, file.samplerate)
            yield file
    except soundfile.LibsndfileError as error:
        with suppress(OSError):
            check_sound(path)
        raise Unreadable(f"libsndfile: {error.error_string.rstrip('.').lower()}") from None


def read_frames(file: soundfile.SoundFile, count: int) -> np.ndarray:
    """The next frames of an open file, at most `count`: float32 of shape (frames, channels)."""
    samples: np.ndarray
    if file.format in TALKATIVE:
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
