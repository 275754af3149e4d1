"""The true length of an mp3, from its frame headers, without decoding.

After ISO/IEC 11172-3 and 13818-3; the Xing, Info and VBRI headers as LAME and others write
them. Only layer III without free format is supported.
"""

import mmap
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...errors import Unreadable

# By version bits of the header (3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5).
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MONO = 3
# Eleven set bits, then a version and layer III, with a checksum or without.
_SYNC = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")


@dataclass(frozen=True)
class Kind:
    """What all frames of one file have in common."""

    version: int
    rate: int

    @property
    def frame_samples(self) -> int:
        """Samples of each channel in a frame."""
        return 1152 if self.version == 3 else 576


@dataclass(frozen=True)
class Mp3:
    """The content of the headers of an mp3.

    `frames` counts audio frames, `promised_frames` is the number in the file's own header. `delay`
    and `padding` are samples that the encoder added before and after the sound, 0 where unknown.
    `start` is the byte of the first frame, `junk_before` the bytes before it that are neither audio
    nor tag, `junk_within` the bytes skipped between frames. `cut` is whether the last frame is
    incomplete.
    """

    rate: int
    channels: int
    frame_samples: int
    frames: int
    promised_frames: int | None
    delay: int
    padding: int
    start: int
    junk_before: int
    junk_within: int
    cut: bool

    @property
    def samples(self) -> int:
        """Samples per channel that a decoder should return, without delay and padding."""
        return max(self.frames * self.frame_samples - self.delay - self.padding, 0)

    @property
    def promised_samples(self) -> int:
        """Samples by the file's header; those of its frames where it has none."""
        if self.promised_frames is None:
            return self.samples
        return max(self.promised_frames * self.frame_samples - self.delay - self.padding, 0)

    @property
    def cut_off(self) -> bool:
        """Whether it is shorter than its header says; some encoders count the header frame too."""
        if self.promised_frames is None:
            return False
        missing = self.promised_frames - self.frames
        return missing > 1 or (missing == 1 and self.cut)


def walk(path: Path) -> Mp3:
    """Walk through the frames of an mp3; raises Unreadable where it holds none."""
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _walk(data)
    raise Unreadable("holds no mp3 frame: it is empty")


def begins_frames(head: bytes) -> bool:
    """Whether two frames of an mp3 follow each other from the first byte on."""
    length, kind = _FRAMES.get(head[:3], (0, None))
    return kind is not None and _FRAMES.get(head[length : length + 3], (0, None))[1] == kind


def _walk(data: mmap.mmap) -> Mp3:
    tagged, end = _skip_tag(data, 0), _sound_end(data)
    start = _find_frame(data, tagged, end, _FRAMES)
    if start is None:
        raise Unreadable("holds no mp3 frame: it is not an mp3, despite its name")
    length, kind = _FRAMES[data[start : start + 3]]
    channels = 1 if data[start + 3] >> 6 == _MONO else 2
    promise = _read_promise(data[start : start + length], kind, channels)
    first = start if promise is None else start + length
    frames, junk, cut = _count_frames(data, first, end, _LENGTHS[kind])
    promised, delay, padding = promise or (None, 0, 0)
    return Mp3(
        kind.rate,
        channels,
        kind.frame_samples,
        frames,
        promised,
        delay,
        padding,
        start,
        junk_before=start - tagged,
        junk_within=junk,
        cut=cut,
    )


def _count_frames(
    data: mmap.mmap, position: int, end: int, lengths: Mapping[bytes, int]
) -> tuple[int, int, bool]:
    """Complete frames from `position` on, bytes skipped between them, and if the last is cut."""
    frames = junk = 0
    while position + 4 <= end:
        length = lengths.get(data[position : position + 3])
        if length is None:
            resumed = _find_frame(data, _skip_tag(data, position), end, lengths)
            if resumed is None:
                return frames, junk, False
            junk += resumed - _skip_tag(data, position)
            position = resumed
        elif position + length > end:
            return frames, junk, True
        else:
            frames += 1
            position += length
    return frames, junk, False


def _find_frame(
    data: mmap.mmap, position: int, end: int, known: Mapping[bytes, object]
) -> int | None:
    """The first byte of a frame that is followed by one of its kind, or by the end."""
    for found in _SYNC.finditer(data, position, end):
        key = data[found.start() : found.start() + 3]
        if key in known:
            length, kind = _FRAMES[key]
            after = found.start() + length
            follower = _FRAMES.get(data[after : after + 3])
            if after == end or (after < end and follower is not None and follower[1] == kind):
                return found.start()
    return None


def _skip_tag(data: mmap.mmap, position: int) -> int:
    """Where the ID3v2 tags that begin at `position` end."""
    while data[position : position + 3] == b"ID3" and position + 10 <= len(data):
        size = 0
        for byte in data[position + 6 : position + 10]:
            size = size << 7 | byte & 0x7F
        footer = 10 if data[position + 5] & 0x10 else 0
        position = min(position + 10 + size + footer, len(data))
    return position


def _sound_end(data: mmap.mmap) -> int:
    """Where the tags at the end of a file, ID3v1 and APEv2, begin."""
    end = len(data)
    if end >= 128 and data[end - 128 : end - 125] == b"TAG":
        end -= 128
    if end >= 32 and data[end - 32 : end - 24] == b"APETAGEX":
        size = int.from_bytes(data[end - 20 : end - 16], "little")
        header = 32 if data[end - 9] & 0x80 else 0
        end = max(end - size - header, 0)
    return end


def _read_promise(frame: bytes, kind: Kind, channels: int) -> tuple[int | None, int, int] | None:
    """Frames, delay and padding from a header frame; None where the first frame is audio."""
    if frame[36:40] == b"VBRI":
        return int.from_bytes(frame[50:54], "big"), 0, 0
    checksum = 0 if frame[1] & 1 else 2
    side = ((17, 32) if kind.version == 3 else (9, 17))[channels - 1]
    place = next((at for at in (4 + side, 4 + side + checksum) if _is_xing(frame, at)), None)
    if place is None:
        return None
    flags = int.from_bytes(frame[place + 4 : place + 8], "big")
    place += 8
    frames = int.from_bytes(frame[place : place + 4], "big") if flags & 1 else None
    place += 4 * bool(flags & 1) + 4 * bool(flags & 2) + 100 * bool(flags & 4) + 4 * bool(flags & 8)
    if not frame[place : place + 1].strip(b"\0"):
        return frames, 0, 0
    pair = int.from_bytes(frame[place + 21 : place + 24], "big")
    return frames, pair >> 12, pair & 0xFFF


def _is_xing(frame: bytes, place: int) -> bool:
    return frame[place : place + 4] in (b"Xing", b"Info")


def _known_frames() -> dict[bytes, tuple[int, Kind]]:
    """Length in bytes and kind of every frame, by the first three bytes of its header."""
    known = {}
    for version, rates in _RATES.items():
        for second in (0xE2 | version << 3, 0xE3 | version << 3):
            for third in range(256):
                bits, rate = third >> 4, third >> 2 & 3
                if 0 < bits < 15 and rate < 3:
                    kbits = (_KBITS_1 if version == 3 else _KBITS_2)[bits]
                    length = (144000 if version == 3 else 72000) * kbits // rates[rate]
                    kind = Kind(version, rates[rate])
                    known[bytes((0xFF, second, third))] = (length + (third >> 1 & 1), kind)
    return known


_FRAMES = _known_frames()
_LENGTHS = {
    kind: {key: length for key, (length, own) in _FRAMES.items() if own == kind}
    for kind in {kind for _, kind in _FRAMES.values()}
}
