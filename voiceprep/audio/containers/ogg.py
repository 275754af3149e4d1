"""What the pages of an Ogg file say of its sound: which are whole, and which streams they make.

After RFC 3533, RFC 7845 (Opus) and the mappings of Vorbis, FLAC and Speex. Streams may follow one
another (a chain), and other streams, such as a video, may lie between the pages of the sound.
"""

import mmap
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ...errors import Unusable
from ..limits import say_bytes

SUFFIXES = (".ogg", ".oga", ".opus", ".ogv", ".ogx", ".spx")
CAPTURE = b"OggS"
CONTINUED, FIRST, LAST = 1, 2, 4
_HEAD = struct.Struct("<4sBBqIII B")
# So many false beginnings of pages are no sound with some damage.
MOST_FALSE_PAGES = 1000
# The bits of each byte in reverse: Ogg's checksum is that of zlib with all bits reversed.
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Page(NamedTuple):
    """One page: where it lies, and its header. `granule` is -1 where no packet ends on it."""

    start: int
    end: int
    flags: int
    granule: int
    serial: int
    number: int
    checksum: int


@dataclass
class Link:
    """The sound of one part of a chain: its pages, and what they are counted in."""

    serial: int
    codec: str
    rate: int
    delay: int
    pages: list[Page]
    ended: bool = False
    # Damaged pages of tags, by their first byte, with checksums that decoders accept.
    tags: dict[int, bytes] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """The length by its pages, from the start of its clock."""
        counted = [page.granule for page in self.pages if page.granule > 0]
        return max(counted[-1] - self.delay, 0) / self.rate if counted else 0.0


@dataclass(frozen=True)
class Ogg:
    """The sound of an Ogg file.

    `links` are the streams of sound that follow one another, each as a file of its own; they are
    None where the file is one such stream and nothing else. `warnings` are for the user.
    """

    links: tuple[bytes, ...] | None
    warnings: tuple[str, ...]


def walk(path: Path) -> Ogg | None:
    """Check all pages of the sound in an Ogg file; None where it is none, or of an unknown codec.

    Raises Unusable with the place where a page of the sound is damaged, missing or out of order.
    """
    with (
        open(path, "rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        return _Walk(data).result()


def is_named(path: Path) -> bool:
    """Whether a file's name says that it is Ogg, whatever its first bytes are."""
    return path.suffix.lower() in SUFFIXES


@dataclass
class _Walk:
    """The state of a walk over all pages."""

    data: mmap.mmap
    links: list[Link] = field(default_factory=list)
    # Serial numbers of the streams in this part of the chain, and whether their sound has begun.
    group: set[int] = field(default_factory=set)
    opening: bool = False
    alone: bool = True
    skipped: int = 0
    repeated: int = 0

    def result(self) -> Ogg | None:
        position = 0
        for page in _pages(self.data):
            self.skipped += page.start - position
            self._add(page, gap=page.start > position)
            position = page.end
        if not self.links:
            return None
        rest = self.data[position:]
        link = self.links[-1]
        if rest and (not link.ended or rest[:4] == CAPTURE[: len(rest)]):
            self._refuse("its last page is not whole", "cut off or damaged")
        return self._report(len(rest))

    def _report(self, rest: int) -> Ogg:
        warnings, seconds = [], 0.0
        if self.skipped:
            warnings.append(f"{say_bytes(self.skipped, 'between its pages', 'were')} not read")
        if self.repeated:
            warnings.append(f"pages that it holds twice were read once: {self.repeated}")
        for link in self.links:
            seconds += link.seconds
            if not link.ended:
                place = f" at {seconds:.2f} s" if len(self.links) > 1 else ""
                warnings.append(f"its end is missing{place}: it may be cut off")
        if rest:
            warnings.append(f"{say_bytes(rest, 'after its last page', 'were')} not read")
        tags = any(link.tags for link in self.links)
        if tags:
            warnings.append("its tags are damaged")
        plain = self.alone and len(self.links) == 1 and not tags
        if plain and not self.skipped and not self.repeated and not rest:
            return Ogg(None, tuple(warnings))
        parts = (
            b"".join(
                link.tags.get(page.start) or self.data[page.start : page.end] for page in link.pages
            )
            for link in self.links
        )
        return Ogg(tuple(parts), tuple(warnings))

    def _add(self, page: Page, gap: bool) -> None:
        if page.flags & FIRST:
            if gap and self._was_cut():
                self._refuse("its last page is not whole", "cut off or damaged")
            self._begin(page)
            return
        self.opening = False
        link = self.links[-1] if self.links else None
        if page.serial not in self.group:
            self._refuse("the first page of a stream is missing")
        if link is None or page.serial != link.serial:
            return
        before = link.pages[-1]
        if (page.number, page.checksum) == (before.number, before.checksum):
            self.repeated += 1
            return
        missing = (page.number - before.number - 1) % 2**32
        if missing == 1 and gap and self._keep_tags(link, before.end, page.start):
            missing = 0
        if missing and gap:
            self._refuse("a page of it is not whole")
        if missing:
            ahead = missing < 2**31
            self._refuse(f"pages are missing: {missing}" if ahead else "pages are out of order")
        link.pages.append(page)
        link.ended = bool(page.flags & LAST)

    def _was_cut(self) -> bool:
        """Whether the last link has not ended, and a page of it that is not whole goes on."""
        link = self.links[-1] if self.links else None
        if link is None or link.ended:
            return False
        start = link.pages[-1].end
        torn = _HEAD.unpack(self.data[start : start + _HEAD.size].ljust(_HEAD.size, b"\0"))
        return bool(torn[0] == CAPTURE and torn[4] == link.serial)

    def _keep_tags(self, link: Link, start: int, end: int) -> bool:
        """Whether the damaged page of a link at `start` holds nothing but tags; it is kept."""
        page = _page(self.data, start, damaged=True)
        if page is None or (page.end, page.serial) != (end, link.serial):
            return False
        # Where no packet ends, Vorbis' tags go on: the setup of its decoder follows them.
        granules = {"vorbis": (-1,), "opus": (-1, 0), "flac": (0,)}.get(link.codec, ())
        before = [other.granule for other in link.pages[1:]]
        if not {page.granule, *before} <= set(granules):
            return False
        whole = bytearray(self.data[start:end])
        whole[22:26] = page_checksum(whole).to_bytes(4, "little")
        link.tags[start] = bytes(whole)
        link.pages.append(page)
        self.skipped -= end - start
        return True

    def _begin(self, page: Page) -> None:
        """A first page, which begins a part of the chain or another stream beside the sound."""
        if not self.opening:
            self.group.clear()
        found = _sound(self.data[page.start : page.end], page)
        heard = self.opening and self.links and self.links[-1].serial in self.group
        if found and not heard:
            self.links.append(found)
        self.alone &= bool(found) and not self.opening
        self.group.add(page.serial)
        self.opening = True

    def _refuse(self, why: str, what: str = "damaged") -> None:
        place = sum((link.seconds for link in self.links), 0.0)
        raise Unusable(f"{what} at {place:.2f} s: {why}", place)


def _pages(data: mmap.mmap) -> Iterator[Page]:
    """All pages that are whole; what lies between them is passed over."""
    position, tries = 0, 0
    while (position := data.find(CAPTURE, position)) >= 0 and tries < MOST_FALSE_PAGES:
        page = _page(data, position)
        if page is None:
            position, tries = position + 1, tries + 1
        else:
            yield page
            position = page.end


def _page(data: mmap.mmap, start: int, damaged: bool = False) -> Page | None:
    """The page that begins at `start`; None where its bytes are not those it was written with."""
    head = data[start : start + _HEAD.size]
    if len(head) < _HEAD.size or not head.startswith(CAPTURE):
        return None
    _, _, flags, granule, serial, number, checksum, count = _HEAD.unpack(head)
    table = data[start + _HEAD.size : start + _HEAD.size + count]
    end = start + _HEAD.size + count + sum(table)
    if end > len(data):
        return None
    page = Page(start, end, flags, granule, serial, number, checksum)
    return page if damaged or page_checksum(data[start:end]) == checksum else None


def page_checksum(page: bytes | bytearray) -> int:
    """The CRC-32 of a page with its checksum taken as 0 (polynomial 0x04c11db7, not reflected)."""
    value = zlib.crc32(page[:22].translate(_REVERSED), 0xFFFFFFFF)
    value = zlib.crc32(bytes(4), value)
    value = zlib.crc32(page[26:].translate(_REVERSED), value) ^ 0xFFFFFFFF
    return int.from_bytes(value.to_bytes(4, "big").translate(_REVERSED), "little")


def _sound(data: bytes, page: Page) -> Link | None:
    """The stream of sound that a first page begins; None for other streams."""
    packet = data[_HEAD.size + data[_HEAD.size - 1] :].ljust(64, b"\0")
    if packet.startswith(b"\x01vorbis"):
        codec, rate, delay = "vorbis", int.from_bytes(packet[12:16], "little"), 0
    elif packet.startswith(b"OpusHead"):
        codec, rate, delay = "opus", 48000, int.from_bytes(packet[10:12], "little")
    elif packet.startswith(b"\x7fFLAC"):
        codec, rate, delay = "flac", int.from_bytes(packet[27:30], "big") >> 4, 0
    elif packet.startswith(b"Speex   "):
        codec, rate, delay = "speex", int.from_bytes(packet[36:40], "little"), 0
    else:
        return None
    return Link(page.serial, codec, max(rate, 1), delay, [page])
