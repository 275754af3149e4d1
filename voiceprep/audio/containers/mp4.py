"""What the boxes of an mp4, m4a or mov say of its sound: where it lies, and whether it is there.

After ISO/IEC 14496-12 and the QuickTime File Format.
"""

import mmap
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import numpy as np

from ...errors import Unusable
from ..limits import say_bytes

# The first boxes that files have.
FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_NAME = re.compile(rb"[ -~\xa9]{4}")
# Boxes that nothing but other boxes is in, and how deep they lie in each other.
_NESTED = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"}
_DEEPEST = 6
# Of formats of one size for all samples, those whose samples really are of that size.
_PLAIN = (b"sowt", b"twos", b"lpcm", b"ipcm", b"fpcm", b"in24", b"in32", b"fl32", b"fl64")
_TABLES = {b"stsd", b"stts", b"stsc", b"stsz", b"stco", b"co64"}
# More boxes are no sound of many hours.
MOST_BOXES = 2**17


@dataclass(frozen=True)
class Box:
    """A box: its name, and where its content lies, which may be beyond the end of the file."""

    name: bytes
    start: int
    end: int


@dataclass(frozen=True)
class Fragment:
    """A part of a fragmented file: its number, and the times its tracks go on from."""

    number: int
    times: tuple[bytes, ...]


def check_boxes(path: Path) -> tuple[str, ...]:
    """Warnings about the bytes of a file; for a file that begins with one of FIRST_BOXES.

    Raises Unusable where its index is missing, or says that sound is missing.
    """
    with (
        open(path, "rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        boxes = list(islice(_boxes(data, 0, len(data)), MOST_BOXES))
        names = [box.name for box in boxes]
        if b"moov" not in names:
            _refuse_without_index(data, boxes[-1])
        for box in boxes:
            if box.name == b"moov":
                table = _sound_table(data, box)
                missing = box.end - len(data)
                if missing > 0 and not _is_whole(table, len(data)):
                    raise Unusable(f"cut off: {say_bytes(missing, 'of its index', 'are')} missing")
                _check_chunks(data, table, [one for one in boxes if one.name == b"mdat"])
        _check_fragments([_fragment(data, box) for box in boxes if box.name == b"moof"])
        rest = len(data) - boxes[-1].end
    if boxes[-1].name == b"moov" and rest < 0:
        return (f"{say_bytes(-rest, verb='are')} missing at its end, after the index of its sound",)
    return (f"{say_bytes(rest, 'after its last box', 'were')} not read",) if rest > 0 else ()


def _refuse_without_index(data: mmap.mmap, last: Box) -> None:
    if last.end > len(data):
        raise Unusable(
            f"cut off: {say_bytes(last.end - len(data), verb='are')} missing, and its index "
            "(moov), which follows the sound"
        )
    if data.find(b"moov") >= 0:
        raise Unusable(
            "damaged: bytes of it are missing or were added, so that its index (moov) is not "
            "where it should be"
        )
    raise Unusable("cut off: its index (moov) is missing")


def _boxes(data: mmap.mmap, start: int, end: int) -> Iterator[Box]:
    """The boxes in a stretch of bytes, up to what is none."""
    while start + 8 <= end:
        size, name = struct.unpack(">I4s", data[start : start + 8])
        body = start + 8
        if size == 1:
            size, body = int.from_bytes(data[start + 8 : start + 16], "big"), start + 16
        elif size == 0:
            size = end - start
        if size < body - start or not _NAME.fullmatch(name):
            return
        yield Box(name, body, start + size)
        start += size


def _inner(data: mmap.mmap, box: Box, depth: int = 0) -> dict[bytes, Box]:
    """The first box of each name within a box, at any depth."""
    found: dict[bytes, Box] = {}
    for inner in _boxes(data, box.start, min(box.end, len(data))):
        found.setdefault(inner.name, inner)
        if inner.name in _NESTED and depth < _DEEPEST:
            found = _inner(data, inner, depth + 1) | found
    return found


def _sound_table(data: mmap.mmap, moov: Box) -> dict[bytes, Box]:
    """The boxes of the first track of sound; none where there is no such track."""
    for box in _boxes(data, moov.start, min(moov.end, len(data))):
        if box.name == b"trak":
            inner = _inner(data, box)
            handler = inner.get(b"hdlr")
            if handler and data[handler.start + 8 : handler.start + 12] == b"soun":
                return inner
    return {}


def _is_whole(table: dict[bytes, Box], size: int) -> bool:
    """Whether all tables of a track are there, in a file of `size` bytes."""
    ends = [box.end for name, box in table.items() if name in _TABLES]
    return len(ends) == len(_TABLES) - 1 and max(ends) <= size


def _check_chunks(data: mmap.mmap, table: dict[bytes, Box], stores: list[Box]) -> None:
    """Raise Unusable where a chunk of sound lies upon another, or outside of the boxes of sound."""
    wide = b"co64" in table
    offsets = _array(data, table.get(b"co64" if wide else b"stco"), ">u8" if wide else ">u4", 1)
    runs = _array(data, table.get(b"stsc"), ">u4", 3)
    if not len(offsets) or not len(runs):
        return
    # Samples in each chunk: a run goes on until the next one begins.
    runs = runs.reshape(-1, 3)
    which = np.searchsorted(runs[:, 0], np.arange(1, len(offsets) + 1), side="right") - 1
    counts = runs[np.maximum(which, 0), 1]
    firsts = np.cumsum(counts) - counts
    ends = offsets + _chunk_sizes(data, table, firsts, counts)
    order = np.argsort(offsets, kind="stable")
    shared = order[1:][offsets[order][1:] < ends[order][:-1]]
    inside = np.zeros(len(offsets), bool)
    for store in stores:
        inside |= (offsets >= store.start) & (ends <= store.end)
    wrong = np.r_[shared, np.flatnonzero(~inside)]
    if len(wrong):
        seconds = _time(data, table, firsts[wrong.min()])
        raise Unusable(
            f"damaged at {seconds:.2f} s: its index points to what is not the sound of that time",
            seconds,
        )


def _array(data: mmap.mmap, box: Box | None, kind: str, columns: int) -> np.ndarray:
    """The entries of a table, one after another; none where it is not there."""
    if box is None:
        return np.zeros(0, np.int64)
    count = int.from_bytes(data[box.start + 4 : box.start + 8], "big") * columns
    body = data[box.start + 8 : min(box.end, box.start + 8 + count * int(kind[2]))]
    whole = len(body) - len(body) % (columns * int(kind[2]))
    return np.frombuffer(body[:whole], kind).astype(np.int64)


def _chunk_sizes(
    data: mmap.mmap, table: dict[bytes, Box], firsts: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """The bytes in each chunk; 0 where they are not known."""
    box = table.get(b"stsz")
    if box is None:
        return np.zeros(len(counts), np.int64)
    size = int.from_bytes(data[box.start + 4 : box.start + 8], "big")
    if size:
        described = table.get(b"stsd")
        name = data[described.start + 12 : described.start + 16] if described else b""
        return counts * size * (name in _PLAIN and size > 1)
    sizes = _array(data, Box(b"stsz", box.start + 4, box.end), ">u4", 1)
    sums = np.r_[0, np.cumsum(sizes)]
    last = len(sizes)
    totals: np.ndarray = sums[np.clip(firsts + counts, 0, last)] - sums[np.clip(firsts, 0, last)]
    return totals


def _time(data: mmap.mmap, table: dict[bytes, Box], sample: float) -> float:
    """When a sample is due, in seconds from the start of the track."""
    runs = _array(data, table.get(b"stts"), ">u4", 2).reshape(-1, 2)
    counts, ticks = np.cumsum(runs[:, 0]), np.cumsum(runs[:, 0] * runs[:, 1])
    header = table.get(b"mdhd")
    if header is None or not len(runs):
        return 0.0
    place = header.start + (20 if data[header.start] else 12)
    rate = int.from_bytes(data[place : place + 4], "big")
    return float(np.interp(sample, np.r_[0, counts], np.r_[0, ticks])) / max(rate, 1)


def _fragment(data: mmap.mmap, moof: Box) -> Fragment:
    number, times = 0, []
    for box in _boxes(data, moof.start, min(moof.end, len(data))):
        if box.name == b"mfhd":
            number = int.from_bytes(data[box.start + 4 : box.start + 8], "big")
        elif box.name == b"traf" and (time := _inner(data, box).get(b"tfdt")):
            times.append(data[time.start : time.end])
    return Fragment(number, tuple(times))


def _check_fragments(fragments: list[Fragment]) -> None:
    """Raise Unusable where fragments are missing, out of order or there twice."""
    for before, after in pairwise(fragments):
        if after.number not in (before.number, before.number + 1) or after == before:
            raise Unusable(
                f"damaged: fragment {after.number} of it follows fragment {before.number}"
            )
