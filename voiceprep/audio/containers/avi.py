"""Whether all chunks of an avi are there: ffmpeg passes over those that are not, without a word."""

import mmap
import re
from pathlib import Path

from ...errors import Unusable

_NAME = re.compile(rb"[ -~]{4}")
# What commonly follows the sound; it may itself be cut off.
_FOLLOWING = (b"idx1", b"JUNK", b"LIST", b"RIFF")
# The lengths of what was written into a pipe.
_UNKNOWN = (0, 2**32 - 1)


def is_avi(head: bytes) -> bool:
    """Whether these are the first bytes of an avi."""
    return head[:4] == b"RIFF" and head[8:12] == b"AVI "


def check_chunks(path: Path) -> None:
    """Raise Unusable where the sound and pictures of an avi do not end where its header says."""
    with (
        open(path, "rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        place = 0
        while place + 12 <= len(data):
            name, kind = data[place : place + 4], data[place + 8 : place + 12]
            length = int.from_bytes(data[place + 4 : place + 8], "little")
            if name == b"RIFF":
                # Files of more than one gigabyte have several.
                place += 12
                continue
            end = place + 8 + length
            place = end + length % 2
            if name != b"LIST" or kind != b"movi":
                continue
            if length in _UNKNOWN:
                return
            if end > len(data):
                raise Unusable(f"cut off: {end - len(data)} bytes of its sound are missing")
            if not _follows(data, place):
                raise Unusable("damaged: bytes of its sound are missing or were added")


def _follows(data: mmap.mmap, place: int) -> bool:
    """Whether a chunk begins here, or nothing more does."""
    name, length = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
    fits = bool(_NAME.match(name)) and place + 8 + length <= len(data)
    return len(name) < 4 or name in _FOLLOWING or fits
