"""The integrity of a FLAC file: whether all of its frames are there, whole and in order.

After RFC 9639. libFLAC compares the checksum of each frame as it decodes it, but takes frames that
are missing or out of order as they come; so their headers are walked. The MD5 of all samples is
compared too, where the header has one: it finds what a checksum of 16 bits misses.
"""

import hashlib
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...errors import Unreadable, Unusable

# The first bytes, also those of a tag in front.
STARTS = (b"fLaC", b"ID3")
# The marker of a file and the head of its STREAMINFO block of 34 bytes.
_NEXT_FILE = re.compile(rb"fLaC[\0\x80]\0\0\x22")
# A sync code with the bit of the blocking strategy.
_SYNC = re.compile(rb"\xff[\xf8\xf9]")
_BLOCKS = (0, 192, 576, 1152, 2304, 4608, 0, 0, *(2**power for power in range(8, 16)))
_RATES = (0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000)
_BITS = (0, 8, 12, 0, 16, 20, 24, 32)
LONGEST_HEADER = 16
_INTEGERS = {8: "i1", 16: "<i2", 24: "<i4"}
# Frames whose checksums are computed together.
TOGETHER = 64
# In a frame may lie so many bytes that look like the header of one.
MOST_FALSE_HEADERS = 4


@dataclass(frozen=True)
class StreamInfo:
    """What the header of a FLAC file states; `frames` is 0 where it does not.

    `block` is the number of samples in a frame, `start` the byte after the metadata.
    """

    rate: int
    channels: int
    bits: int
    frames: int
    block: int
    start: int
    md5: bytes = b""


class SampleHash:
    """The MD5 of the samples that a decoder returns; of 8, 16 or 24 bits."""

    def __init__(self, info: StreamInfo) -> None:
        self._info = info
        self._hash = hashlib.md5(usedforsecurity=False)

    def update(self, block: np.ndarray) -> None:
        """Add a block of float32 samples, of shape (frames, channels)."""
        whole = (block * np.float32(2 ** (self._info.bits - 1))).astype(_INTEGERS[self._info.bits])
        if self._info.bits == 24:
            whole = np.ascontiguousarray(whole.view(np.uint8).reshape(-1, 4)[:, :3])
        self._hash.update(whole.data)

    def check(self) -> None:
        """Raise Unusable where it is not the one in the header."""
        if self._hash.digest() != self._info.md5:
            raise Unusable(
                "damaged: the MD5 of its samples is not the one in its header, though each frame "
                "is whole: encode it again from the original"
            )


class FlacFrame(NamedTuple):
    """A frame by its header: the byte and the sample it starts at; `rate` and `bits` may be 0."""

    start: int
    first: int
    samples: int
    rate: int
    channels: int
    bits: int


def read_info(path: Path) -> StreamInfo | None:
    """The header of a file that begins with one of STARTS; None where it is no FLAC file.

    Raises Unusable where its first frame contradicts it.
    """
    with (
        open(path, "rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        info = _stream_info(data)
        synced = info and _SYNC.match(data, info.start)
        first = _frame(data, info.start, info.block) if info and synced else None
    if info and first:
        for unit, stated, own in (
            ("Hz", info.rate, first.rate),
            ("channels", info.channels, first.channels),
            ("bits", info.bits, first.bits),
        ):
            if own and own != stated:
                raise Unusable(
                    f"its header contradicts itself: it says {stated} {unit}, its first frame says "
                    f"{own}: export it again"
                )
    return info


def check_frames(path: Path, info: StreamInfo, decoded: int | None = None) -> int:
    """The bytes after the last frame of a FLAC file, all of whose frames are whole and in order.

    A decoder that found no damage may say how many samples it `decoded`. Raises Unusable with the
    place of the first frame that is damaged or missing, Unreadable where more was to be decoded.
    """
    with (
        open(path, "rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        frames = list(_frames(data, info.start, info.block))
        end = _sound_end(data)
        if decoded is not None and _in_order(own := _first_stream(frames, info), decoded, info):
            return _unread_bytes(data, own[-1].start, end)
        counted = _count_samples(data, frames, end, info)
    if decoded is not None and counted != decoded:
        raise Unreadable(f"libsndfile decodes {decoded} of the {counted} samples in it")
    return 0


def _first_stream(frames: list[FlacFrame], info: StreamInfo) -> list[FlacFrame]:
    """The frames up to the end that the header states: others may follow, of a second file."""
    ends = accumulate(frame.samples for frame in frames)
    count = next((at for at, done in enumerate(ends, 1) if done == info.frames), len(frames))
    return frames[:count]


def _in_order(frames: list[FlacFrame], decoded: int, info: StreamInfo) -> bool:
    """Whether each frame begins where the one before ends, up to the end of the sound."""
    done = 0
    for frame in frames:
        if frame.first != done:
            return False
        done += frame.samples
    return bool(frames) and done == decoded and info.frames in (0, done)


def _count_samples(data: mmap.mmap, frames: list[FlacFrame], end: int, info: StreamInfo) -> int:
    """The samples in all frames, where their checksums and their order are right."""
    bounds = [*(frame.start for frame in frames), end]
    spans = list(pairwise(bounds))
    whole = [
        value == 0
        for at in range(0, len(spans), TOGETHER)
        for value in checksums(data, spans[at : at + TOGETHER])
    ]
    done = at = 0
    while at < len(frames):
        after = at + 1
        while not whole[after - 1] and after < min(at + MOST_FALSE_HEADERS, len(frames)):
            after += 1
            whole[after - 1] = checksums(data, [(bounds[at], bounds[after])])[0] == 0
        if at == 0 and frames[0].first and whole[after - 1]:
            start = frames[0].first / info.rate
            raise Unusable(f"its start is missing: its first frame is that of {start:.2f} s", 0.0)
        if not whole[after - 1]:
            _refuse_second(data, frames[at], info)
        if not whole[after - 1] or frames[at].first != done:
            _refuse(done / info.rate, last=after == len(frames))
        done, at = done + frames[at].samples, after
    return done


def _unread_bytes(data: mmap.mmap, start: int, end: int) -> int:
    """The bytes after the last frame, which begins at `start` and is whole."""
    joined = data.find(b"fLaC", start, end)
    for place in (end, joined):
        if place > start and checksums(data, [(start, place)])[0] == 0:
            return end - place
    ends = np.flatnonzero(_running_checksums(data[start:end])[LONGEST_HEADER:] == 0)
    return end - start - LONGEST_HEADER - int(ends[0]) - 1 if len(ends) else 0


def _refuse_second(data: mmap.mmap, frame: FlacFrame, info: StreamInfo) -> None:
    """Raise Unusable where another FLAC file begins directly behind a frame that is whole."""
    # No frame is longer than its samples as they are, and a few bytes.
    longest = frame.samples * info.channels * 4 + 2 * LONGEST_HEADER
    found = _NEXT_FILE.search(data, frame.start, frame.start + longest)
    if found and checksums(data, [(frame.start, found.start())])[0] == 0:
        place = (frame.first + frame.samples) / info.rate
        raise Unusable(f"a second flac begins at {place:.2f} s: split the file there", place)


def _refuse(place: float, last: bool) -> None:
    if last:
        raise Unusable(f"cut off or damaged at {place:.2f} s: its last frame is not whole", place)
    raise Unusable(f"damaged at {place:.2f} s: a frame of it is damaged or missing", place)


def _stream_info(data: mmap.mmap) -> StreamInfo | None:
    """The STREAMINFO block, and where the metadata ends; None where it is not there."""
    at = 0
    if data[:3] == b"ID3":
        at = 10 + sum((byte & 0x7F) << 7 * (3 - place) for place, byte in enumerate(data[6:10]))
    head = data[at : at + 42]
    if len(head) < 42 or head[:4] != b"fLaC" or head[4] & 0x7F:
        return None
    packed = int.from_bytes(head[18:26], "big")
    at += 4
    while at + 4 <= len(data):
        last = data[at] & 0x80
        at += 4 + int.from_bytes(data[at + 1 : at + 4], "big")
        if last:
            break
    return StreamInfo(
        rate=max(packed >> 44, 1),
        channels=(packed >> 41 & 7) + 1,
        bits=(packed >> 36 & 31) + 1,
        frames=packed & (2**36 - 1),
        block=int.from_bytes(head[10:12], "big"),
        start=at,
        md5=head[26:42],
    )


def _frames(data: mmap.mmap, start: int, block: int) -> Iterator[FlacFrame]:
    """All that looks like the header of a frame, from a byte on."""
    for found in _SYNC.finditer(data, start):
        if frame := _frame(data, found.start(), block):
            yield frame


def _frame(data: mmap.mmap, start: int, block: int) -> FlacFrame | None:
    """The frame whose header is at `start`; None where its checksum is wrong."""
    head = data[start : start + LONGEST_HEADER]
    if len(head) < LONGEST_HEADER:
        head = head.ljust(LONGEST_HEADER, b"\0")
    sizes, rates, sides, bits = head[2] >> 4, head[2] & 15, head[3] >> 4, head[3] >> 1 & 7
    # Leading ones of the first byte: 0 for a number of one byte, as in UTF-8.
    more = 8 - (head[4] ^ 0xFF).bit_length()
    if head[3] & 1 or rates == 15 or sides > 10 or more in (1, 8):
        return None
    number = head[4] & (0x7F >> more)
    for byte in head[5 : 4 + more]:
        number = number << 6 | byte & 0x3F
    at = 4 + max(more, 1)
    samples, rate = _BLOCKS[sizes], _RATES[rates] if rates < 12 else 0
    if sizes in (6, 7):
        samples = int.from_bytes(head[at : at + sizes - 5], "big") + 1
        at += sizes - 5
    if rates >= 12:
        size = 1 if rates == 12 else 2
        rate = int.from_bytes(head[at : at + size], "big") * {12: 1000, 13: 1, 14: 10}[rates]
        at += size
    if not samples or _header_checksum(head[:at]) != head[at]:
        return None
    first = number if head[1] & 1 else number * block
    return FlacFrame(start, first, samples, rate, sides + 1 if sides < 8 else 2, _BITS[bits])


def _sound_end(data: mmap.mmap) -> int:
    """Where an ID3v1 tag at the end begins."""
    return len(data) - 128 if data[-128:-125] == b"TAG" else len(data)


def _header_checksum(head: bytes) -> int:
    """The CRC-8 of a frame's header (polynomial 0x07)."""
    value = 0
    for byte in head:
        value = _CRC8[value ^ byte]
    return value


def checksums(data: mmap.mmap, spans: list[tuple[int, int]]) -> np.ndarray:
    """The CRC-16 (polynomial 0x8005) of stretches of bytes: 0 for each frame with its checksum.

    Zeros in front change nothing, so all are computed at once, by halves: the words of the first
    half of a stretch are moved on by multiplying with a power of x.
    """
    size = 2 ** max(max(end - start for start, end in spans) - 1, 1).bit_length()
    rows = np.zeros((len(spans), size), np.uint8)
    for row, (start, end) in zip(rows, spans, strict=True):
        row[size - (end - start) :] = np.frombuffer(data[start:end], np.uint8)
    words, power = rows.view(">u2").astype(np.uint16), 4
    while words.shape[1] > 1:
        words = _moved(power)[words[:, ::2]] ^ words[:, 1::2]
        power += 1
    values: np.ndarray = words[:, 0]
    return values


def _running_checksums(data: bytes) -> np.ndarray:
    """The CRC-16 of the first 1, 2, 3, … bytes."""
    values, step, power = np.frombuffer(data, np.uint8).astype(np.uint16), 1, 3
    while step < len(values):
        values[step:] ^= _moved(power)[values[:-step]]
        step, power = 2 * step, power + 1
    return values


@cache
def _moved(power: int) -> np.ndarray:
    """Every 16-bit polynomial times x to the 2**power, modulo the polynomial of the CRC-16."""
    if power > 3:
        half = _moved(power - 1)
        images = [half[half[1 << bit]] for bit in range(16)]
    else:
        images = [np.uint16(_times_x8(1 << bit)) for bit in range(16)]
    values = np.zeros(1, np.uint16)
    for image in images:
        values = np.concatenate([values, values ^ image])
    return values


def _times_x8(value: int) -> int:
    for _ in range(8):
        value = value << 1 ^ (0x18005 if value & 0x8000 else 0)
    return value


def _table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value << 1 ^ 0x107 if value & 0x80 else value << 1
        table.append(value)
    return table


_CRC8 = _table()
