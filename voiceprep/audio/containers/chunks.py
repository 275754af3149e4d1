"""The chunks of wav, RF64, Wave64, aiff and caf files, and what may stand behind their sound."""

import mmap
import re
import struct
from dataclasses import dataclass

from .tags import skip_tags

# How the files begin that hold a sound of their own.
SOUNDS = {
    **dict.fromkeys((b"RIFF", b"RIFX", b"RF64", b"riff"), "wav"),
    b"FORM": "aiff",
    b"caff": "caf",
    b".snd": "au",
    b"fLaC": "flac",
    b"OggS": "ogg",
}
# Chunks that are written behind the sound of a wav or aiff.
_TRAILING = (
    *(b"LIST", b"id3 ", b"ID3 ", b"bext", b"cue ", b"iXML", b"axml", b"_PMX", b"smpl", b"inst"),
    *(b"PEAK", b"fact", b"JUNK", b"junk", b"PAD ", b"FLLR", b"cart", b"DISP", b"acid", b"afsp"),
    *(b"LGWV", b"umid", b"minf", b"elm1", b"regn", b"plst", b"chna", b"MARK", b"INST", b"APPL"),
    *(b"ANNO", b"NAME", b"AUTH", b"(c) ", b"COMT", b"MIDI", b"info", b"free", b"peak", b"strg"),
)
_TRAILING_NAME = re.compile(b"|".join(map(re.escape, _TRAILING)))
# So far from the end such chunks are looked for where a header does not say where the sound ends.
_TRAILING_BYTES = 1 << 20
_NAME = re.compile(rb"[ -~]{4}")
_NOT_ZERO = re.compile(rb"[^\0]")


@dataclass(frozen=True)
class Container:
    """A chunked file format: where the first chunk begins, and the layout of chunk heads.

    A head is a name, and behind `size_at` bytes a length of the layout `size`. `counted` bytes of
    the head are included in that length, chunks are aligned to `step` bytes, and the chunk of the
    name `sound` has `inner` bytes before its samples.
    """

    start: int
    order: str
    size: str = "I"
    size_at: int = 4
    sound: bytes = b"data"
    inner: int = 0
    counted: int = 0
    step: int = 2

    @property
    def head_bytes(self) -> int:
        """The bytes of the head of a chunk."""
        return self.size_at + struct.calcsize(self.size)

    def chunk(self, data: mmap.mmap, place: int) -> tuple[bytes, int, int]:
        """The name and length of the chunk at `place`, and where its body begins."""
        (length,) = struct.unpack_from(self.order + self.size, data, place + self.size_at)
        body = place + self.head_bytes
        return data[place : place + 4], max(length - self.counted, 0), body

    def next_chunk(self, data: mmap.mmap, body: int, length: int) -> int:
        """Where the chunk behind this one begins; some writers do not align it."""
        end = min(body + length, len(data))
        aligned = end + -length % self.step
        named = _NAME.match(data, aligned) or not _NAME.match(data, end)
        return aligned if named else end


CONTAINERS = {
    b"RIFFWAVE": Container(12, "<"),
    b"RIFXWAVE": Container(12, ">"),
    b"RF64WAVE": Container(12, "<"),
    b"FORMAIFF": Container(12, ">", sound=b"SSND", inner=8),
    b"FORMAIFC": Container(12, ">", sound=b"SSND", inner=8),
    b"caff": Container(8, ">", "Q", inner=4, step=1),
    b"riff": Container(40, "<", "Q", size_at=16, counted=24, step=8),
    b".snd": Container(24, ">", sound=b""),
}


def first_unknown(data: mmap.mmap, container: Container, end: int) -> int:
    """The first byte behind a sound that is no chunk, tag or padding; the size if all are."""
    aligned = min(end + -end % container.step, len(data))
    return max(_first_unknown(data, container, place) for place in {end, aligned})


def _first_unknown(data: mmap.mmap, container: Container, place: int) -> int:
    size = len(data)
    while place + container.head_bytes <= size:
        behind = skip_tags(data, place, size)
        found = _NOT_ZERO.search(data, place)
        if behind > place or found is None:
            place = behind if found else size
            continue
        if found.start() > place:
            place = found.start()
            continue
        name, length, body = container.chunk(data, place)
        fits = _NAME.fullmatch(name) and body + length <= size and container.sound
        if name in SOUNDS or not (fits or name in _TRAILING):
            return place
        place = min(container.next_chunk(data, body, length), size)
    return place if _NOT_ZERO.search(data, min(place, size)) else size


def find_trailing(data: mmap.mmap, container: Container, first: int, last: int) -> int:
    """Where, between two bytes, chunks begin that reach the end of the file; `last` if none do."""
    for found in _TRAILING_NAME.finditer(data, max(first, last - _TRAILING_BYTES)):
        place = found.start()
        if place >= last:
            break
        while place + container.head_bytes <= len(data) and data[place : place + 4] in _TRAILING:
            _, length, body = container.chunk(data, place)
            place = container.next_chunk(data, body, length)
        if place in (len(data), len(data) + 1):
            return found.start()
    return last


def second_sound(data: mmap.mmap, place: int) -> str:
    """What kind of sound begins at `place`, empty where none does."""
    return SOUNDS.get(data[place : place + 4], "")
