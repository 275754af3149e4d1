"""Compressed files, read to their very end: every checksum is believed, and nothing may follow."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

BLOCK = 2**20


def open_decompressed(path: Path) -> BinaryIO:
    """The bytes of a file, decompressed where its first bytes are those of gzip, bzip2 or xz.

    Reading raises OSError, EOFError, zlib.error or lzma.LZMAError where a stream is damaged or cut
    off, or where its last stream is followed by anything but zeros.
    """
    file = open(path, "rb")  # noqa: SIM115 (the caller closes it)
    head = file.peek(6)
    if head.startswith(b"\x1f\x8b"):
        file.close()
        return cast(BinaryIO, gzip.open(path))
    if head.startswith(b"BZh"):
        return io.BufferedReader(_Decompressed(file, bz2.BZ2Decompressor), BLOCK)
    if head.startswith((b"\xfd7zXZ\0", b"]\0\0")):
        return io.BufferedReader(_Decompressed(file, lzma.LZMADecompressor), BLOCK)
    return file


class _Decompressed(io.RawIOBase):
    """The bytes of all streams of a file.

    `bz2.open` and `lzma.open` take a stream that does not begin as it should for the end.
    """

    def __init__(
        self,
        file: BinaryIO,
        start: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor],
    ):
        super().__init__()
        self._file, self._start = file, start
        self._rewind()

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def seekable(self) -> bool:
        """Whether any place can be sought, slowly."""
        return True

    def tell(self) -> int:
        """The bytes read so far."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place from the start or from here, by decompressing what lies before it."""
        if whence == io.SEEK_END:
            raise io.UnsupportedOperation("its end is not known")
        aim = offset + (self._place if whence == io.SEEK_CUR else 0)
        if aim < self._place:
            self._rewind()
        while self._place < aim and self._next(min(aim - self._place, BLOCK)):
            pass
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there is something at once; 0 at the end."""
        room = memoryview(buffer)
        data = self._next(len(room))
        room[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the compressed file too."""
        self._file.close()
        super().close()

    def _rewind(self) -> None:
        self._file.seek(0)
        self._stream, self._waiting, self._place = self._start(), b"", 0

    def _next(self, most: int) -> bytes:
        """At most so many bytes, empty at the end of the last stream."""
        while True:
            if self._stream.eof:
                # Both formats let zeros follow, to fill a block of a tape.
                left = self._stream.unused_data.lstrip(b"\0")
                while not left and (block := self._file.read(BLOCK)):
                    left = block.lstrip(b"\0")
                if not left:
                    return b""
                self._stream, self._waiting = self._start(), left
            if self._stream.needs_input and not self._waiting:
                self._waiting = self._file.read(BLOCK)
                if not self._waiting:
                    raise EOFError("ends within a compressed stream")
            data = self._stream.decompress(self._waiting, most)
            self._waiting = b""
            if data:
                self._place += len(data)
                return data
