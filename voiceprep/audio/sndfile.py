"""The only interface to libsndfile's readers: absurd headers are refused, mpg123 is silent."""

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import numpy as np
import soundfile

from ..errors import Unreadable
from .limits import check_format


@contextmanager
def opened(path: Path) -> Iterator[soundfile.SoundFile]:
    """A file that libsndfile reads, with a header within the limits.

    Raises Unreadable where libsndfile cannot open or decode it, Unusable for an absurd header.
    """
    try:
        with QUIET_MPG123:
            file = soundfile.SoundFile(os.fsencode(path))
        with file:
            check_format(file.channels, file.samplerate)
            yield file
    except soundfile.LibsndfileError as error:
        raise Unreadable(f"libsndfile: {error.error_string.rstrip('.').lower()}") from None


def read_frames(file: soundfile.SoundFile, count: int = -1) -> np.ndarray:
    """The next frames of an open file, all by default: float32 of shape (frames, channels)."""
    samples: np.ndarray
    if file.format == "MP3":
        with QUIET_MPG123:
            samples = file.read(count, dtype="float32", always_2d=True)
    else:
        samples = file.read(count, dtype="float32", always_2d=True)
    return samples


class _QuietMpg123:
    """Hides what mpg123 writes for every defect of an mp3: libsndfile has no switch for it.

    While any thread is inside, the C library's variable `stderr` is the null device. The file
    descriptor 2 is left alone, so that Python's `sys.stderr`, `faulthandler` and other programs
    write to it as ever.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._usual: int | None = None

    @cached_property
    def _stderr(self) -> ctypes.c_void_p | None:
        """The variable; None where the C library is not glibc, whose `stderr` can be assigned."""
        library = ctypes.CDLL(None)
        glibc = hasattr(library, "gnu_get_libc_version")
        return ctypes.c_void_p.in_dll(library, "stderr") if glibc else None

    @cached_property
    def _null(self) -> int | None:
        fopen = ctypes.CDLL(None).fopen
        fopen.restype = ctypes.c_void_p
        null: int | None = fopen(os.fsencode(os.devnull), b"w")
        return null

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1 and self._stderr is not None and self._null:
                self._usual = self._stderr.value
                self._stderr.value = self._null

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._usual and self._stderr is not None:
                self._stderr.value = self._usual


QUIET_MPG123 = _QuietMpg123()
