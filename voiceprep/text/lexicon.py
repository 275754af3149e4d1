"""Pronunciation lexicons in the format of the CMU dictionary."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..errors import TableError
from .arpabet import ARPABET
from .text_files import numbered_lines, read_bytes

Lexicon = Mapping[str, tuple[str, ...]]
"""The phonemes of a word, by the word in lower case; the first of several pronunciations."""

_VARIANT = re.compile(r"\(\d+\)$")
_KNOWN = frozenset(ARPABET)
_APOSTROPHES = "'’"


def read_lexicon(path: Path) -> dict[str, tuple[str, ...]]:
    """Read a file of lines `WORD  SOUND SOUND …` as the CMU dictionary has them.

    `;;;` and ` #` start a comment. Raises TableError for a line without sounds or with one that
    ARPAbet does not have, and for a file without a word.
    """
    lexicon: dict[str, tuple[str, ...]] = {}
    for number, line in numbered_lines(_decode(read_bytes(path))):
        if line.startswith(";;;"):
            continue
        word, *sounds = line.partition(" #")[0].split() or [""]
        if not sounds:
            raise TableError(path, number, "has no phonemes; a line is WORD  PHONEME PHONEME …")
        if not _KNOWN.issuperset(sounds):
            unknown = next(sound for sound in sounds if sound not in _KNOWN)
            raise TableError(path, number, f"{unknown!r} is not an ARPAbet phoneme")
        lexicon.setdefault(_VARIANT.sub("", word).lower(), tuple(sounds))
    if not lexicon:
        raise TableError(path, 0, "contains no word; a line is WORD  PHONEME PHONEME …")
    return lexicon


def look_up(lexicon: Lexicon, word: str) -> tuple[str, ...] | None:
    """The phonemes of a word, with or without apostrophes at its ends; None if unknown."""
    word = word.lower()
    left, right = word.lstrip(_APOSTROPHES), word.rstrip(_APOSTROPHES)
    spellings = (word, left, right, right.lstrip(_APOSTROPHES))
    return next((lexicon[spelling] for spelling in spellings if spelling in lexicon), None)


def without_stress(sounds: Iterable[str]) -> tuple[str, ...]:
    """The phonemes without the digits that mark the stress of vowels."""
    return tuple(sound.rstrip("012") for sound in sounds)


def _decode(data: bytes) -> str:
    # Older releases of the dictionary are Latin-1.
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
