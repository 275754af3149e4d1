"""A check for truncated Ogg files."""

import os
from pathlib import Path

# The longest possible page, and the flag of the last one.
PAGE_BYTES = 65307
LAST_PAGE = 4


def lacks_end(path: Path) -> bool:
    """Whether this is an Ogg file without its last page, which says that a stream has ended."""
    with open(path, "rb") as file:
        if file.read(4) != b"OggS":
            return False
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 2 * PAGE_BYTES, 0))
        tail = file.read()
    page = tail[tail.rfind(b"OggS") :]
    if len(page) < 27 or not page[5] & LAST_PAGE:
        return True
    lengths = page[27 : 27 + page[26]]
    return len(page) < 27 + page[26] + sum(lengths)
