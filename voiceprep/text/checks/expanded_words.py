"""Words that are read otherwise than they were typed: digits, short forms, accents.

Whether they were spoken that way only an ear can tell: "1850" may be a year or a number.
"""

from collections.abc import Iterator
from difflib import SequenceMatcher
from math import inf

from ...check import Check, Reading
from ..encode import Encoding
from ..spoken import split_words

SHOWN = 3


def find_expanded(encoding: Encoding) -> Reading:
    """How many words of a text the cleaner spells otherwise, and how it reads them."""
    pairs = list(_changes(encoding))
    told = [f"{' '.join(typed)!r} is read {' '.join(read)!r}" for typed, read in pairs[:SHOWN]]
    evidence = "; ".join(told) + ("; …" if len(pairs) > SHOWN else "")
    return Reading(sum(max(len(typed), 1) for typed, _ in pairs), evidence)


def _changes(encoding: Encoding) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The words as typed and as read, where they differ by more than upper and lower case."""
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
    advice="spell it out in the text where it was spoken otherwise",
    mend="text",
)
