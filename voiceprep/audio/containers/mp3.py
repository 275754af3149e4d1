"""The true length of an mp3 and what is damaged in it, from its frame headers, without decoding.

Layers I and II are walked as layer III is. The Xing, Info and VBRI headers are those that LAME and
others write; joined mp3s have one for each part.
"""

import mmap
import os
import re
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...errors import Unreadable, Unusable
from ..limits import cut_off, say_bytes
from .mp3_frames import LENGTHS, MONO, Kind, find_frame
from .mp3_reservoir import frames_without_data
from .tags import skip_tags, tags_begin

_NOT_ZERO = re.compile(rb"[^\0]")
# Padding up to a whole sector or block; more zeros are room that a download did not fill.
MOST_PADDING = 2**14
_CHANNELS = {True: "mono", False: "stereo"}
# The samples by which a decoder of layer III is late. Decoders take them out at the start of a file
# with a header; from the padding, where there is enough of it.
DECODER_DELAY = 529
# Where the headers of a part stand in a frame: VBRI at a place of its own, the others behind the
# side information, whose size depends on whether it is MPEG 1, and mono or stereo.
_VBRI, _XING = 36, (b"Xing", b"Info")
_SIDE_BYTES = {True: (17, 32), False: (9, 17)}


class Promise(NamedTuple):
    """What the header of a part says of it, as in `Mp3Part`."""

    frames: int | None
    delay: int = 0
    padding: int = 0


@dataclass(frozen=True)
class Mp3Part:
    """The frames of one encoder's run, from the frame number `first` on, and what its header says.

    `promised` is the number of frames by that header, None where it has none. `delay` and `padding`
    are the samples before and after the sound that decoders take out, 0 where unknown.
    """

    first: int
    frames: int
    promised: int | None = None
    delay: int = 0
    padding: int = 0


@dataclass(frozen=True)
class Mp3:
    """The content of the headers of an mp3.

    `frames` counts audio frames of the kind of the first; `next_kind` is the other kind that
    follows them, and ends the walk. `start` is the byte of the first frame. `junk_before`,
    `junk_within` and `junk_after` are the bytes before, between and after the frames that are
    neither audio nor tag, `damaged` the number of the frame at which the first of those within
    stand. `without_data` are the numbers of the frames whose data is not in the file. `cut` is
    whether the last frame is incomplete. `mono` is the state at the start, `channels_change` the
    number of the first frame of the other.
    """

    kind: Kind
    mono: bool
    parts: tuple[Mp3Part, ...]
    start: int
    junk_before: int
    junk_within: int
    junk_after: int
    damaged: int
    cut: bool
    next_kind: Kind | None
    channels_change: int | None
    without_data: tuple[int, ...]

    @property
    def rate(self) -> int:
        """Samples a second."""
        return self.kind.rate

    @property
    def channels(self) -> int:
        """Channels at the start."""
        return 1 if self.mono else 2

    @property
    def frame_samples(self) -> int:
        """Samples of each channel in a frame."""
        return self.kind.frame_samples

    @property
    def frames(self) -> int:
        """Audio frames of all parts."""
        return sum(part.frames for part in self.parts)

    @property
    def samples(self) -> int:
        """Samples per channel that a decoder should return.

        The delay and padding of further parts are included: decoders return them.
        """
        return _trimmed(self.frames * self.frame_samples, self.parts[0])

    @property
    def short_part(self) -> Mp3Part | None:
        """The first part that is shorter than its header says.

        Some encoders count the header frame too. The header of a file that was repaired after it
        had been joined counts the frames of all parts.
        """
        rest = self.frames
        for number, part in enumerate(self.parts, 1):
            missing = (part.promised or 0) - part.frames
            beyond = missing - (rest - part.frames)
            headers = len(self.parts) - number
            counts_all = headers and 0 <= beyond <= headers + 1
            last_is_cut = missing == 1 and self.cut and not headers
            if (missing > 1 and not counts_all) or last_is_cut:
                return part
            rest -= part.frames
        return None

    def check(self) -> None:
        """Raise Unusable where a part is cut off, or the frames change to another kind."""
        if self.next_kind:
            at = self.seconds_at(self.frames)
            raise Unusable(
                f"{self._change(self.next_kind)} at {at:.2f} s: split the file there", at
            )
        part = self.short_part
        if part and part.promised:
            promised, held = self._seconds(part, part.promised), self._seconds(part, part.frames)
            detail = ""
            if len(self.parts) > 1:
                detail = f"the part that begins at {self.seconds_at(part.first):.2f} s"
            if self.junk_within:
                detail = "; ".join(filter(None, (detail, self._damage())))
            raise cut_off(promised, held, detail)

    def warnings(self) -> tuple[str, ...]:
        """What is damaged or odd, though the sound can be read."""
        warnings = []
        if self.junk_before:
            warnings.append(
                f"{say_bytes(self.junk_before, 'before its first frame', 'are')} not audio"
            )
        if self.junk_within:
            warnings.append(f"{self._damage()}, and what they held is lost")
        if self.without_data:
            warnings.append(self._cut_between_frames())
        if self.channels_change is not None:
            before, after = _CHANNELS[self.mono], _CHANNELS[not self.mono]
            at = self.seconds_at(self.channels_change)
            warnings.append(f"changes from {before} to {after} at {at:.2f} s")
        if self.cut:
            warnings.append("its last frame is cut off")
        if self.junk_after:
            warnings.append(
                f"{say_bytes(self.junk_after, 'after its last frame', 'are')} not audio"
            )
        return tuple(warnings)

    def _damage(self) -> str:
        lost = say_bytes(self.junk_within, "of it", "are")
        return f"damaged at {self.seconds_at(self.damaged):.2f} s: {lost} not audio"

    def _cut_between_frames(self) -> str:
        first = self.without_data[0]
        if not first:
            return "it was cut from a longer mp3: the data of its first frame is missing"
        others = len(self.without_data) - 1
        more = f" and at {others} other places" if others else ""
        return (
            f"damaged at {self.seconds_at(first):.2f} s{more}: it was cut or joined between "
            "frames, and the data of the frame there is missing"
        )

    def _change(self, other: Kind) -> str:
        if other.rate != self.rate:
            return f"the sampling rate changes from {self.rate} to {other.rate} Hz"
        return f"the encoding changes from MPEG layer {self.kind.layer} to {other.layer}"

    def _seconds(self, part: Mp3Part, frames: int) -> float:
        return _trimmed(frames * self.frame_samples, part) / self.rate

    def seconds_at(self, frame: int) -> float:
        """Where the frame of this number begins in the sound."""
        return max(frame * self.frame_samples - self.parts[0].delay, 0) / self.rate


def _trimmed(samples: int, part: Mp3Part) -> int:
    return max(samples - part.delay - part.padding, 0)


def walk(path: Path, begin: int = 0, end: int | None = None) -> Mp3:
    """Walk through the frames of an mp3 between two bytes; raises Unreadable where it has none."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _walk(data, begin, size if end is None else end)
    raise Unreadable("holds no mp3 frame: it is empty")


def _walk(data: mmap.mmap, begin: int, end: int) -> Mp3:
    tagged = skip_tags(data, begin, end)
    found = find_frame(data, tagged, end)
    if found is None:
        raise Unreadable("holds no mp3 frame: it is not an mp3, despite its name")
    frames = _Frames(data, tags_begin(data, found.position, end), found.kind)
    frames.walk(found.position)
    starts, lengths = frames.places()
    mono = _byte_at(data, starts + 3) >= MONO
    headers = _find_headers(data, starts, lengths, mono, found.kind)
    numbers = np.array(list(headers), np.int64)
    starts, lengths, mono = (np.delete(row, numbers) for row in (starts, lengths, mono))
    changes = np.flatnonzero(mono != mono[:1])
    same = slice(int(changes[0]) if len(changes) else None)
    damaged = {at - int(np.searchsorted(numbers, at)) for at in frames.damaged}
    return Mp3(
        found.kind,
        mono=data[found.position + 3] >= MONO,
        parts=_parts(headers, len(starts)),
        start=found.position,
        junk_before=found.position - tagged,
        junk_within=frames.junk,
        junk_after=frames.junk_after,
        damaged=min(damaged, default=0),
        cut=frames.cut,
        next_kind=frames.next_kind,
        channels_change=int(changes[0]) if len(changes) else None,
        # What is missing behind damage is told with it.
        without_data=tuple(
            number
            for number in frames_without_data(data, starts[same], lengths[same], found.kind)
            if number not in damaged
        ),
    )


class _Frames:
    """The frames of one kind, found from header to header."""

    def __init__(self, data: mmap.mmap, end: int, kind: Kind):
        self.data, self.end, self.kind = data, end, kind
        self.starts = array("q")
        # The number of frames, and the byte behind them, wherever no other follows directly.
        self.breaks: list[tuple[int, int]] = []
        # The number of the frame that follows each stretch of junk.
        self.damaged: list[int] = []
        self.junk = self.junk_after = 0
        self.cut = False
        self.next_kind: Kind | None = None

    def walk(self, position: int) -> None:
        """Find the frames from `position` on, as far as they are of one kind."""
        data, end, lengths, found = self.data, self.end, LENGTHS[self.kind], self.starts.append
        while position + 4 <= end:
            length = lengths.get(data[position : position + 3])
            if length is None:
                position = self._resume(position)
            elif position + length > end:
                self._stop(position)
                self.cut = True
                return
            else:
                found(position)
                position += length
        if position < end:
            position = self._resume(position)
        self._stop(position)

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """The first byte of each frame, and its length."""
        starts = np.array(self.starts, np.int64)
        lengths = np.diff(starts, append=starts[-1:])
        for count, behind in self.breaks:
            lengths[count - 1] = behind - starts[count - 1]
        return starts, lengths

    def _resume(self, position: int) -> int:
        """The next frame of this kind or byte behind a tag; the end where there is none."""
        self._stop(position)
        behind = skip_tags(self.data, position, self.end)
        if behind > position:
            return behind
        # A last frame that was cut off, before other frames, is longer than what is there of it.
        last = self.starts[-1] if self.breaks[-1][1] == position else position
        found = find_frame(self.data, last + 1, self.end, self.kind)
        if found and found.position < position:
            self.starts.pop()
            self.breaks[-1] = (len(self.starts), last)
            position = last
        if found is None:
            rest = self.end - position
            if rest > MOST_PADDING or _NOT_ZERO.search(self.data, position, self.end):
                self.junk_after = rest
            return self.end
        if found.kind != self.kind:
            self.next_kind = found.kind
            return self.end
        self.damaged.append(len(self.starts))
        self.junk += found.position - position
        return found.position

    def _stop(self, position: int) -> None:
        if not self.breaks or self.breaks[-1][0] < len(self.starts):
            self.breaks.append((len(self.starts), position))


def _byte_at(data: mmap.mmap, places: np.ndarray) -> np.ndarray:
    """The bytes at many places; zeros beyond the end."""
    found: np.ndarray = np.frombuffer(data, np.uint8)[np.minimum(places, len(data) - 1)]
    return found


def _find_headers(
    data: mmap.mmap, starts: np.ndarray, lengths: np.ndarray, mono: np.ndarray, kind: Kind
) -> dict[int, Promise]:
    """The promise of each frame that is no audio but the header of a part, by its number."""
    if kind.layer != 3:
        return {}
    sides = np.where(mono, *_SIDE_BYTES[kind.mpeg_1])
    likely = _byte_at(data, starts + _VBRI) == ord("V")
    for checksum in (0, 2):
        letters = _byte_at(data, starts + 4 + sides + checksum)
        likely |= (letters == ord("X")) | (letters == ord("I"))
    found = {}
    for number in np.flatnonzero(likely).tolist():
        frame = data[starts[number] : starts[number] + lengths[number]]
        promise = _read_promise(frame, int(sides[number]))
        if promise:
            found[number] = promise
    return found


def _parts(headers: dict[int, Promise], frames: int) -> tuple[Mp3Part, ...]:
    """The parts of so many audio frames."""
    firsts = [at - number for number, at in enumerate(headers)]
    promises = list(headers.values())
    if not firsts or firsts[0]:
        firsts, promises = [0, *firsts], [Promise(None), *promises]
    ends = [*firsts[1:], frames]
    return tuple(
        Mp3Part(first, end - first, *promise)
        for first, end, promise in zip(firsts, ends, promises, strict=True)
    )


def _read_promise(frame: bytes, side: int) -> Promise | None:
    """What a header frame says; None where the frame is audio."""
    if frame[_VBRI : _VBRI + 4] == b"VBRI":
        return Promise(int.from_bytes(frame[50:54], "big"))
    place = next((at for at in (4 + side, 6 + side) if frame[at : at + 4] in _XING), None)
    if place is None:
        return None
    flags = int.from_bytes(frame[place + 4 : place + 8], "big")
    place += 8
    frames = int.from_bytes(frame[place : place + 4], "big") if flags & 1 else None
    place += 4 * bool(flags & 1) + 4 * bool(flags & 2) + 100 * bool(flags & 4) + 4 * bool(flags & 8)
    if not frame[place : place + 1].strip(b"\0"):
        return Promise(frames, 0, DECODER_DELAY)
    pair = int.from_bytes(frame[place + 21 : place + 24], "big")
    return Promise(frames, pair >> 12, max(pair & 0xFFF, DECODER_DELAY))
