"""Validation of the headers of wav, aiff and similar files."""

import struct
from dataclasses import dataclass
from pathlib import Path

from ...errors import Unusable
from ..limits import check_format

# Writers into a pipe do not know the length: they write the largest number that fits, or up to
# this many bytes less.
UNKNOWN_LENGTHS = (2**31, 2**32 - 1, 2**63, 2**64 - 1)
UNKNOWN_SLACK = 2**24
PLAIN_FORMATS = {1: "whole numbers", 3: "floats"}


@dataclass(frozen=True)
class _Container:
    """A chunked file format: where the first chunk begins, and the layout of chunk heads.

    `counted` bytes of the head are included in its length field, and chunks are aligned to `step`
    bytes.
    """

    start: int
    head: str
    sound: bytes = b"data"
    counted: int = 0
    step: int = 2


_CONTAINERS = {
    b"RIFFWAVE": _Container(12, "<4sI"),
    b"RIFXWAVE": _Container(12, ">4sI"),
    b"RF64WAVE": _Container(12, "<4sI"),
    b"FORMAIFF": _Container(12, ">4sI", b"SSND"),
    b"FORMAIFC": _Container(12, ">4sI", b"SSND"),
    b"caff": _Container(8, ">4sQ", step=1),
    b"riff": _Container(40, "<4s12xQ", counted=24, step=8),
}


def check_header(path: Path) -> None:
    """Raise Unusable where a header contradicts itself or the file's length.

    Knows wav, RF64, Wave64, aiff, caf and au; other formats are checked elsewhere.
    """
    size = path.stat().st_size
    with open(path, "rb") as file:
        start = file.read(12)
        container = _CONTAINERS.get(start[:4] + start[8:]) or _CONTAINERS.get(start[:4])
        if start[:4] == b".snd":
            _check_au(start + file.read(12), size)
        if container is None:
            return
        place, byte_rate, long = container.start, 0, 0
        while place + struct.calcsize(container.head) <= size:
            file.seek(place)
            head = file.read(struct.calcsize(container.head))
            name, length = struct.unpack(container.head, head)
            length = max(length - container.counted, 0)
            body = place + len(head)
            if name == b"fmt ":
                byte_rate = _check_form(file.read(min(length, 40)), container.head[0])
            elif name == b"COMM":
                _check_aiff(file.read(min(length, 18)))
            elif name == b"desc":
                _check_caf(file.read(min(length, 32)))
            elif name == b"ds64":
                # RF64 keeps the 64-bit length of its data chunk here.
                long = int.from_bytes(file.read(16)[8:], "little")
            elif name == container.sound:
                _check_data(long or length, size - body, byte_rate)
                return
            place = body + length + -length % container.step
    raise Unusable("cut off: it ends before its samples begin", 0.0)


def _check_form(form: bytes, order: str) -> int:
    """The bytes per second of a wav's fmt chunk."""
    if len(form) < 16:
        raise Unusable("its header is cut off")
    values: tuple[int, ...] = struct.unpack(f"{order}HHIIHH", form[:16])
    kind, channels, rate, byte_rate, block, bits = values
    check_format(channels, rate)
    if kind not in PLAIN_FORMATS and kind != 0xFFFE:
        return byte_rate
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
    return byte_rate


def _check_aiff(form: bytes) -> None:
    """Check the COMM chunk of an aiff, whose rate is a float of 80 bits."""
    if len(form) < 18:
        raise Unusable("its header is cut off")
    channels, exponent, mantissa = struct.unpack(">H6xHQ", form)
    # A negative rate has the first bit of the exponent set, and so becomes an absurd one.
    check_format(channels, mantissa * 2.0 ** min(exponent - 0x3FFF - 63, 900))


def _check_caf(form: bytes) -> None:
    """Check the desc chunk of a caf."""
    if len(form) < 32:
        raise Unusable("its header is cut off")
    rate, channels = struct.unpack(">d16xI4x", form)
    check_format(channels, rate)


def _check_au(head: bytes, size: int) -> None:
    """Check the header of an au file of `size` bytes."""
    if len(head) < 24:
        raise Unusable("its header is cut off")
    offset, claimed, _, rate, channels = struct.unpack(">5I", head[4:])
    check_format(channels, rate)
    _check_data(claimed, size - offset, 0)


def _check_data(claimed: int, there: int, byte_rate: int) -> None:
    if claimed == 0 < there and byte_rate:
        raise Unusable(
            f"its header says that it holds no samples, but {there} bytes follow: export it again"
        )
    if claimed <= there or any(0 <= top - claimed <= UNKNOWN_SLACK for top in UNKNOWN_LENGTHS):
        return
    missing = f"{claimed - there} bytes are missing"
    if not byte_rate:
        raise Unusable(f"cut off: its header promises {claimed} bytes of sound, {missing}")
    seconds = there / byte_rate
    raise Unusable(
        f"cut off: its header promises {claimed / byte_rate:.2f} s, the file holds {seconds:.2f} s "
        f"({missing})",
        seconds,
    )
