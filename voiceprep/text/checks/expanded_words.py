"""Words that the cleaner spells differently: digits, abbreviations, accents.

Whether they were spoken that way only listening shows: "1850" may be a year or a number.
"""

from collections.abc import Iterator
from difflib import SequenceMatcher
from math import inf

from ...quality.check import Check, Measurement
from ..encode import Encoding
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
    typed, read = split_words(encoding.text), split_words(encoding.cleaned)
    typed = tuple(word.lower() for word in typed)
    read = tuple(word.lower() for word in read)
    if typed != read:
        for change, a, b, c, d in SequenceMatcher(None, typed, read, False).get_opcodes():
            if change != "equal":
                yield typed[a:b], read[c:d]


CHECK = Check(
    name="expanded_words",
    reads="text",
    measure=find_expanded,
    limit=inf,
    unit="words",
    advice="spell it out in the text where it was spoken differently",
    fix="text",
)
