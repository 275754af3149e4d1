"""Words that the cleaner spells differently: digits, abbreviations, accents.

Whether they were spoken that way only listening shows: "1850" may be a year or a number.
"""

import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from math import inf

from ...quality.check import Check, Measurement
from ..encode import Encoding
from ..scripts import is_unspaced
from ..spoken import split_words

SHOWN = 3


def find_expanded(encoding: Encoding) -> Measurement:
    """How many words of a text the cleaner spells differently, and how."""
    pairs = list(_changes(encoding))
    shown = [f"{' '.join(typed)!r} is read as {' '.join(read)!r}" for typed, read in pairs[:SHOWN]]
    evidence = "; ".join(shown) + ("; …" if len(pairs) > SHOWN else "")
    return Measurement(sum(max(len(typed), 1) for typed, _ in pairs), evidence)


def _changes(encoding: Encoding) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The words as typed and as cleaned, where they differ by more than case."""
    typed, read = _words(encoding.text), _words(encoding.cleaned)
    if is_unspaced(typed):
        # The front end may separate words that are written without spaces.
        typed, read = _letters(typed), _letters(read)
    if typed != read:
        for change, a, b, c, d in SequenceMatcher(None, typed, read, False).get_opcodes():
            if change != "equal":
                yield typed[a:b], read[c:d]


def _words(text: str) -> tuple[str, ...]:
    """The words in lower case, in one normal form."""
    return split_words(unicodedata.normalize("NFC", text).lower())


def _letters(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("".join(words))


CHECK = Check(
    name="expanded_words",
    reads="text",
    measure=find_expanded,
    limit=inf,
    unit="words",
    advice="spell it out in the text where it was spoken differently",
    fix="text",
)
