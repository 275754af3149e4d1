"""Lexicons: how words sound, as the CMU dictionary writes it down."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..errors import TableError
from .arpabet import ARPABET
from .rows import numbered_lines, read_bytes

Lexicon = Mapping[str, tuple[str, ...]]
"""The sounds of a word, by the word in lower case; of several readings the first."""

_VARIANT = re.compile(r"\(\d+\)$")
_KNOWN = frozenset(ARPABET)
_APOSTROPHES = "'’"


def read_lexicon(path: Path) -> dict[str, tuple[str, ...]]:
    """Read a file of lines `WORD  SOUND SOUND …` as the CMU dictionary has them.

    `;;;` and ` #` begin a comment. Raises TableError for a line without sounds or with one that
    ARPAbet does not know, and for a file without a word.
    """
    lexicon: dict[str, tuple[str, ...]] = {}
    for number, line in numbered_lines(_decode(read_bytes(path))):
        if line.startswith(";;;"):
            continue
        word, *sounds = line.partition(" #")[0].split() or [""]
        if not sounds:
            raise TableError(path, number, "has no sounds; a line is WORD  SOUND SOUND …")
        if not _KNOWN.issuperset(sounds):
            strange = next(sound for sound in sounds if sound not in _KNOWN)
            raise TableError(path, number, f"{strange!r} is no sound of ARPAbet")
        lexicon.setdefault(_VARIANT.sub("", word).lower(), tuple(sounds))
    if not lexicon:
        raise TableError(path, 0, "holds no word; a line is WORD  SOUND SOUND …")
    return lexicon


def look_up(lexicon: Lexicon, word: str) -> tuple[str, ...] | None:
    """The sounds of a word, with its apostrophes or without those at its ends; None if unknown."""
    word = word.lower()
    left, right = word.lstrip(_APOSTROPHES), word.rstrip(_APOSTROPHES)
    spellings = (word, left, right, right.lstrip(_APOSTROPHES))
    return next((lexicon[spelling] for spelling in spellings if spelling in lexicon), None)


def without_stress(sounds: Iterable[str]) -> tuple[str, ...]:
    """The sounds without the numbers that tell how a vowel is stressed."""
    return tuple(sound.rstrip("012") for sound in sounds)


def _decode(data: bytes) -> str:
    # The dictionary's older releases are Latin-1, for a few names and the comments.
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
