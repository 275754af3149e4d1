"""Where the tags of an mp3 begin and end: ID3v1, ID3v2, APEv2 and Lyrics3.

Players know them before, behind and, where files were joined, between the frames.
"""

import mmap

ID3V1, ID3V1_EXTENDED, ID3V2, APE = 128, 227, 10, 32
# The flags of an APE tag: it has a header, and this is the header. Of ID3v2: it has a footer.
HAS_HEADER, IS_HEADER, HAS_FOOTER = 1 << 31, 1 << 29, 0x10
LYRICS_END = (b"LYRICS200", b"LYRICSEND")
# The longest text of Lyrics3 in its first version.
LYRICS_BYTES = 5200


def skip_tags(data: mmap.mmap, position: int, end: int) -> int:
    """Where the tags that begin at `position` end; `position` itself where none begins."""
    while position < end:
        size = _tag_size(data, position, end)
        if not size:
            break
        position = min(position + size, end)
    return position


def _tag_size(data: mmap.mmap, position: int, end: int) -> int:
    """The bytes of the tag that begins at `position`, 0 where none does."""
    start = data[position : position + 11]
    if start.startswith(b"ID3") and position + ID3V2 <= end:
        footer = ID3V2 * bool(start[5] & HAS_FOOTER)
        return ID3V2 + _syncsafe(start[6:10]) + footer
    if start.startswith(b"TAG+") and position + ID3V1_EXTENDED <= end:
        return ID3V1_EXTENDED
    if start.startswith(b"TAG") and position + ID3V1 <= end:
        return ID3V1
    if start.startswith(b"APETAGEX") and position + APE <= end:
        size, flags = _ape(data, position)
        return APE + size * bool(flags & IS_HEADER)
    if start == b"LYRICSBEGIN":
        for name in LYRICS_END:
            found = data.find(name, position, end)
            if found >= 0:
                return found + len(name) - position
    return 0


def tags_begin(data: mmap.mmap, begin: int, end: int) -> int:
    """Where the tags that end at `end` begin; `end` itself where none does."""
    while size := _ending_tag_size(data, begin, end):
        end -= size
    return end


def _ending_tag_size(data: mmap.mmap, begin: int, end: int) -> int:
    """The bytes of the tag that ends at `end`, 0 where none does or it began before `begin`."""
    size = 0
    if data[max(end - ID3V1, begin) : end].startswith(b"TAG"):
        size = ID3V1
    elif data[max(end - ID3V1_EXTENDED, begin) : end].startswith(b"TAG+"):
        size = ID3V1_EXTENDED
    elif data[max(end - APE, begin) : end].startswith(b"APETAGEX"):
        size, flags = _ape(data, end - APE)
        with_header = data[max(end - size - APE, 0) : end].startswith(b"APETAGEX")
        size += APE * bool(flags & HAS_HEADER or with_header)
    elif data[max(end - ID3V2, begin) : end].startswith(b"3DI"):
        whole = 2 * ID3V2 + _syncsafe(data[end - 4 : end])
        if data[max(end - whole, 0) : end].startswith(b"ID3"):
            size = whole
    elif data[max(end - 9, begin) : end] in LYRICS_END:
        lyrics = data.rfind(b"LYRICSBEGIN", max(end - LYRICS_BYTES, begin), end)
        stated = data[max(end - 15, begin) : end - 9]
        if data[end - 3 : end] == b"200" and stated.isdigit():
            size = int(stated) + 15
        elif lyrics >= 0:
            size = end - lyrics
    return size if size <= end - begin else 0


def _ape(data: mmap.mmap, position: int) -> tuple[int, int]:
    """The size, without a header, and the flags in the header or footer of an APE tag."""
    size = int.from_bytes(data[position + 12 : position + 16], "little")
    return size, int.from_bytes(data[position + 20 : position + 24], "little")


def _syncsafe(size: bytes) -> int:
    """A number of four bytes of seven bits each."""
    return sum((byte & 0x7F) << shift for byte, shift in zip(size, (21, 14, 7, 0), strict=True))
