"""Characters that have no symbol, and would not be spoken."""

from collections import Counter

from ...check import Check, Reading
from ..encode import Encoding


def count_unknown(encoding: Encoding) -> Reading:
    """How many characters of a text have no symbol, and which."""
    counts = Counter(encoding.unknown)
    evidence = ", ".join(f"{symbol!r}" + f" × {n}" * (n > 1) for symbol, n in counts.items())
    return Reading(len(encoding.unknown), evidence)


CHECK = Check(
    name="unknown_symbols",
    reads="text",
    measure=count_unknown,
    limit=0,
    unit="symbols",
    advice="it would not be spoken: spell it out in the text, or choose another --cleaner",
    mend="text",
)
