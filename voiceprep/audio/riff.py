"""What the header of a wav file claims, and whether it holds."""

import struct
from pathlib import Path

from ..errors import Unusable

# Writers into a pipe cannot know the length; these are what they put there instead.
UNTOLD = {0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF}
PLAIN_FORMATS = {1: "whole numbers", 3: "floats"}


def check_header(path: Path) -> None:
    """Raise Unusable where a wav's header contradicts itself or the file's length.

    Other kinds of file pass: their decoders check them.
    """
    with open(path, "rb") as file:
        start = file.read(12)
        if len(start) < 12 or start[:4] != b"RIFF" or start[8:] != b"WAVE":
            return
        size = path.stat().st_size
        place, form = 12, b""
        while place + 8 <= size:
            file.seek(place)
            head = file.read(8)
            name, length = head[:4], struct.unpack("<I", head[4:])[0]
            if name == b"fmt ":
                form = file.read(min(length, 40))
                _check_form(form)
            if name == b"data":
                _check_data(form, length, size - place - 8)
                return
            place += 8 + length + length % 2
    raise Unusable("cut off: it ends before its sound begins", 0.0)


def _check_form(form: bytes) -> None:
    if len(form) < 16:
        raise Unusable("its header is cut off")
    kind, channels, rate, byte_rate, block, bits = struct.unpack("<HHIIHH", form[:16])
    if not (channels and rate):
        raise Unusable(f"its header says {channels} channels at {rate} Hz: export it again")
    if kind not in PLAIN_FORMATS and kind != 0xFFFE:
        return
    frame = channels * ((bits + 7) // 8)
    if block != frame:
        raise Unusable(
            f"its header contradicts itself: {channels} channels of {bits} bits are {frame} bytes "
            f"a frame, it says {block}: export it again"
        )
    if byte_rate not in (0, rate * block):
        raise Unusable(
            f"its header contradicts itself: {rate} Hz of {block} bytes are {rate * block} bytes "
            f"a second, it says {byte_rate}: export it again"
        )


def _check_data(form: bytes, claimed: int, there: int) -> None:
    if claimed in UNTOLD or claimed <= there:
        return
    byte_rate = struct.unpack("<I", form[8:12])[0] if len(form) >= 12 else 0
    told = f"its header promises {claimed} bytes of sound, the file holds {there}"
    seconds = None
    if byte_rate:
        seconds = there / byte_rate
        told = f"its header promises {claimed / byte_rate:.2f} s, the file holds {seconds:.2f} s"
    raise Unusable(f"cut off: {told}", seconds)
