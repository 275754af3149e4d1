"""Frames of layer III whose data is missing.

The header of a frame says how many bytes before it its own data begins ("main_data_begin"), behind
the data of the frame before. Where a file was cut or joined between frames, that data is not there,
and decoders return silence or noise.
"""

import mmap

import numpy as np

from .mp3_frames import MONO, Kind

# Frames that are looked at at a time.
FRAMES_AT_ONCE = 1 << 15
# Bits of side information before the first granule, and in each, for mono and stereo.
_MPEG_1, _MPEG_2 = ((18, 20), 59), ((9, 10), 63)


def frames_without_data(
    data: mmap.mmap, starts: np.ndarray, lengths: np.ndarray, kind: Kind
) -> list[int]:
    """The numbers of the frames, all mono or all not, that lack data; they begin at `starts`."""
    found: list[int] = []
    if kind.layer != 3 or not len(starts):
        return found
    mono = data[int(starts[0]) + 3] >= MONO
    offered = used = 0
    for at in range(0, len(starts), FRAMES_AT_ONCE):
        part = slice(at, at + FRAMES_AT_ONCE)
        back, sizes, room = _main_data(data, starts[part], lengths[part], kind, mono)
        # In bytes of data alone, headers and side information taken out.
        begins = offered + np.cumsum(room) - room - back
        ends = begins + sizes
        missing = begins < np.concatenate(([used], ends[:-1]))
        found += (at + np.flatnonzero(missing)).tolist()
        offered, used = offered + int(room.sum()), int(ends[-1])
    return found


def _main_data(
    data: mmap.mmap, starts: np.ndarray, lengths: np.ndarray, kind: Kind, mono: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many bytes before each frame its data begins, the size of it, and the room for data."""
    bytes_of = np.frombuffer(data, np.uint8)
    side = starts + 4 + 2 * (bytes_of[starts + 1] & 1 == 0)

    def bits(place: int, count: int) -> np.ndarray:
        first = side + place // 8
        value = np.zeros(len(starts), np.int64)
        for k in range(3):
            value = value << 8 | bytes_of[np.minimum(first + k, len(bytes_of) - 1)]
        return value >> 24 - count - place % 8 & (1 << count) - 1

    channels = 1 if mono else 2
    (heads, step), granules = (_MPEG_1, 2) if kind.mpeg_1 else (_MPEG_2, 1)
    head, count = heads[channels - 1], channels * granules
    sizes = np.sum([bits(head + step * number, 12) for number in range(count)], axis=0)
    room = lengths - (side - starts) - (head + step * count + 7) // 8
    return bits(0, 9 if kind.mpeg_1 else 8), (sizes + 7) // 8, np.maximum(room, 0)
