"""Validation of the headers of wav, aiff and similar files, and of where their sound ends."""

import mmap
import struct
from dataclasses import dataclass, replace
from pathlib import Path

from ...errors import Unusable
from ..limits import check_format, cut_off, say_bytes
from ..sndfile import Patch
from .chunks import CONTAINERS, Container, find_trailing, first_unknown, second_sound

# Writers into a pipe do not know the length: they write the largest number that fits, or up to
# this many bytes less.
UNKNOWN_LENGTHS = (2**31, 2**32 - 1, 2**63, 2**64 - 1)
UNKNOWN_SLACK = 2**24
PLAIN_FORMATS = {1: "whole numbers", 3: "floats"}
# MPEG audio, layers I and II or III, in a wav.
MPEG_FORMATS = (0x50, 0x55)
# What may be missing of a sound: so many seconds, or the bytes of a header that was counted too.
SLACK_SECONDS, SLACK_BYTES = 0.01, 44
# Bytes a sample by the encoding of an au; by the compression of an aifc where its bits are others.
AU_BYTES = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}
AIFC_BYTES = {b"ulaw": 1, b"ULAW": 1, b"alaw": 1, b"ALAW": 1}
AIFC_PLAIN = (b"", b"NONE", b"sowt", b"twos", b"in24", b"in32", b"fl32", b"FL32", b"fl64", b"FL64")


@dataclass(frozen=True)
class SoundLayout:
    """Where the sound of a file lies, in bytes, and what is odd about it.

    `patch` makes libsndfile read all of it and nothing else; None where the file itself will do.
    `mpeg` is whether the sound is that of an mp3, in a wav.
    """

    begin: int = 0
    end: int = 0
    warnings: tuple[str, ...] = ()
    patch: Patch | None = None
    mpeg: bool = False


@dataclass(frozen=True)
class _Claim:
    """What a header says of the sound that begins at the byte `body`.

    `fields` are the places and layouts of the numbers that hold its length, each `counted` bytes
    too large. `byte_rate` is 0 where it is not known.
    """

    body: int
    length: int
    byte_rate: float
    fields: tuple[tuple[int, str], ...]
    counted: int = 0


def check_header(path: Path) -> SoundLayout:
    """The layout of a file; raises Unusable where its header contradicts itself or its length.

    Knows wav, RF64, Wave64, aiff, caf and au; other formats are checked elsewhere.
    """
    with open(path, "rb") as file:
        start = file.read(12)
        container = CONTAINERS.get(start[:4] + start[8:]) or CONTAINERS.get(start[:4])
        if container is None:
            return SoundLayout()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if start[:4] == b".snd":
                return _lay_out(data, container, _check_au(data[:24]))
            return _check_chunks(data, container)


def _check_chunks(data: mmap.mmap, container: Container) -> SoundLayout:
    place, byte_rate, mpeg, long_at = container.start, 0.0, False, 0
    while place + container.head_bytes <= len(data):
        name, length, body = container.chunk(data, place)
        if name == b"fmt ":
            form = data[body : body + min(length, 40)]
            byte_rate = _check_form(form, container.order)
            mpeg = struct.unpack(f"{container.order}H", form[:2])[0] in MPEG_FORMATS
        elif name == b"COMM":
            byte_rate = _check_aiff(data[body : body + min(length, 22)])
        elif name == b"desc":
            byte_rate = _check_caf(data[body : body + min(length, 32)])
        elif name == b"ds64":
            long_at = body + 8
        elif name == container.sound:
            fields = ((place + container.size_at, container.order + container.size),)
            if long_at:
                # RF64 keeps the 64-bit length of its data chunk here.
                fields = ((long_at, "<Q"),)
                length = int.from_bytes(data[long_at : long_at + 8], "little") or length
            inner = min(container.inner, length)
            claim = _Claim(
                body + inner, length - inner, byte_rate, fields, container.counted + container.inner
            )
            return replace(_lay_out(data, container, claim), mpeg=mpeg)
        place = container.next_chunk(data, body, length)
    raise Unusable("cut off: it ends before its samples begin", 0.0)


def _lay_out(data: mmap.mmap, container: Container, claim: _Claim) -> SoundLayout:
    end, warning = _find_end(data, container, claim)
    fields = []
    for place, layout in claim.fields:
        size = struct.calcsize(layout)
        value = struct.pack(layout, min(end - claim.body + claim.counted, 2 ** (8 * size) - 1))
        if value != data[place : place + size]:
            fields.append((place, value))
    # libsndfile reads a Wave64 to the end of the file, whatever its header says, and fails where a
    # second wav follows.
    patched = fields or (end < len(data) and (warning or container.counted))
    return SoundLayout(
        claim.body,
        end,
        (warning,) if warning else (),
        Patch(end, tuple(fields)) if patched else None,
    )


def _find_end(data: mmap.mmap, container: Container, claim: _Claim) -> tuple[int, str]:
    """Where the sound ends, and a warning where that is not what the header says."""
    body, size = claim.body, len(data)
    there, claimed = size - body, claim.length
    unread = first_unknown(data, container, body + claimed) if claimed <= there else size
    if (not claimed and unread < size) or _is_unknown(claimed):
        return find_trailing(data, container, body, size), ""
    if claimed > there:
        end = find_trailing(data, container, body, size)
        missing = body + claimed - end
        if missing >= max(SLACK_SECONDS * claim.byte_rate, SLACK_BYTES + 1):
            raise _cut(claim, end - body)
        return end, f"its header promises {say_bytes(missing)} more than it holds"
    end = body + claimed
    if unread == size:
        return end, ""
    trailing = find_trailing(data, container, max(end - 2 * SLACK_BYTES, body), end)
    if trailing < end:
        return trailing, f"its header promises {say_bytes(end - trailing)} more than it holds"
    return end, _unread(data, claim, unread)


def _is_unknown(claimed: int) -> bool:
    return any(0 <= top - claimed <= UNKNOWN_SLACK for top in UNKNOWN_LENGTHS)


def _unread(data: mmap.mmap, claim: _Claim, place: int) -> str:
    size = len(data) - place
    why = f"{size} bytes after its sound were not read"
    if claim.byte_rate:
        at = claim.length / claim.byte_rate
        why += f", about {size / claim.byte_rate:.2f} s at {at:.2f} s"
    second = second_sound(data, place)
    return f"{why}: they are a second {second}, split it off" if second else why


def _cut(claim: _Claim, there: int) -> Unusable:
    missing = f"{claim.length - there} bytes are missing"
    if not claim.byte_rate:
        return Unusable(f"cut off: its header promises {claim.length} bytes of sound, {missing}")
    return cut_off(claim.length / claim.byte_rate, there / claim.byte_rate, missing)


def _check_form(form: bytes, order: str) -> float:
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


def _check_aiff(form: bytes) -> float:
    """Check the COMM chunk of an aiff, whose rate is a float of 80 bits; its bytes a second."""
    if len(form) < 18:
        raise Unusable("its header is cut off")
    channels, bits, exponent, mantissa = struct.unpack(">H4xHHQ", form[:18])
    # A negative rate has the first bit of the exponent set, and so becomes an absurd one.
    rate = mantissa * 2.0 ** min(exponent - 0x3FFF - 63, 900)
    check_format(channels, rate)
    compression = form[18:22]
    if compression in AIFC_PLAIN:
        return float(channels * ((bits + 7) // 8) * rate)
    return float(channels * AIFC_BYTES.get(compression, 0) * rate)


def _check_caf(form: bytes) -> float:
    """Check the desc chunk of a caf; its bytes a second."""
    if len(form) < 32:
        raise Unusable("its header is cut off")
    rate, packet_bytes, packet_frames, channels = struct.unpack(">d8xIII4x", form)
    check_format(channels, rate)
    return float(packet_bytes * rate / packet_frames) if packet_frames else 0.0


def _check_au(head: bytes) -> _Claim:
    """Check the header of an au file."""
    if len(head) < 24:
        raise Unusable("its header is cut off")
    offset, claimed, encoding, rate, channels = struct.unpack(">5I", head[4:])
    check_format(channels, rate)
    byte_rate = float(AU_BYTES.get(encoding, 0) * channels * rate)
    return _Claim(offset, claimed, byte_rate, ((8, ">I"),))
