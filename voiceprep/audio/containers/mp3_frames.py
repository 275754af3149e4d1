"""The frames of MPEG audio: their lengths by their headers, and the search for them among others.

After ISO/IEC 11172-3 and 13818-3: layers I, II and III, each with MPEG 1, 2 and 2.5.
"""

import mmap
import re
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

# By version bits of the header (3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5).
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
# By whether it is MPEG 1, and layer.
_KBITS = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
# Eleven set bits, then a version, a layer, a bit rate and a sampling rate.
_SYNC = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff](?![\x00-\x0f\xf0-\xff]).", re.DOTALL)
# Three bytes that could be a header occur in any data. So many frames in a row do not.
CHAIN = 3
# How the tags begin that may follow a frame.
_TAGS = (b"ID3", b"TAG", b"APE", b"LYR")
# The fourth byte of the header of one channel.
MONO = 0xC0


@dataclass(frozen=True)
class Kind:
    """What all frames of one encoder have in common."""

    layer: int
    rate: int

    @property
    def mpeg_1(self) -> bool:
        """Whether it is MPEG 1, whose sampling rates are the high ones."""
        return self.rate >= 32000

    @property
    def frame_samples(self) -> int:
        """Samples of each channel in a frame."""
        if self.layer == 1:
            return 384
        return 1152 if self.layer == 2 or self.mpeg_1 else 576


class Mp3Frame(NamedTuple):
    """A frame: its first byte, and its kind."""

    position: int
    kind: Kind


def find_frame(
    data: mmap.mmap, position: int, end: int, wanted: Kind | None = None
) -> Mp3Frame | None:
    """The first frame that others of its kind follow: one if it is `wanted`, else two.

    The end or a tag may take the place of what follows. Without `wanted` one frame is enough at
    `position` itself.
    """
    for match in _SYNC.finditer(data, position, end):
        if match[0] not in FRAMES:
            continue
        kind = FRAMES[match[0]][1]
        near = kind == wanted or (wanted is None and match.start() == position)
        if _chained(data, match.start(), end, kind, 2 if near else CHAIN):
            return Mp3Frame(match.start(), kind)
    return None


def begins_frames(head: bytes) -> bool:
    """Whether two frames of one kind follow each other from the first byte on."""
    length, kind = FRAMES.get(head[:3], (0, None))
    return kind is not None and FRAMES.get(head[length : length + 3], (0, None))[1] == kind


def _chained(data: mmap.mmap, position: int, end: int, kind: Kind, count: int) -> bool:
    """Whether `count` frames of one kind follow each other; of the last a part is enough."""
    for number in range(count):
        length, own = FRAMES.get(data[position : position + 3], (0, None))
        if own != kind:
            return False
        position += length
        if position >= end:
            return number > 0 or position == end
        if data[position : position + 3] in _TAGS:
            return True
    return True


def _known_frames() -> dict[bytes, tuple[int, Kind]]:
    """Length in bytes and kind of every frame, by the first three bytes of its header."""
    known = {}
    for version, layer, at in product(_RATES, (1, 2, 3), range(3)):
        kind = Kind(layer, _RATES[version][at])
        slot = 4 if layer == 1 else 1
        for number, kbits in enumerate(_KBITS[kind.mpeg_1, layer], 1):
            slots = kind.frame_samples // 8 // slot * 1000 * kbits // kind.rate
            # The last bits of both bytes, a checksum and a private bit, change nothing.
            for padding, checksum, private in product((0, 1), repeat=3):
                second = 0xE0 | version << 3 | (4 - layer) << 1 | checksum
                third = number << 4 | at << 2 | padding << 1 | private
                known[bytes((0xFF, second, third))] = ((slots + padding) * slot, kind)
    return known


def _by_kind() -> dict[Kind, dict[bytes, int]]:
    lengths: dict[Kind, dict[bytes, int]] = {}
    for key, (length, kind) in FRAMES.items():
        lengths.setdefault(kind, {})[key] = length
    return lengths


FRAMES = _known_frames()
LENGTHS = _by_kind()
