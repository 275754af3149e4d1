"""Characters that have no symbol, and would not be spoken."""

from collections import Counter

from ...quality.check import Check, Measurement
from ..characters import show_symbol
from ..encode import Encoding


def count_unknown(encoding: Encoding) -> Measurement:
    """How many characters of a text have no symbol, and which."""
    dropped = [one for one in encoding.rewrites if one.dropped]
    counts = Counter(one.what for one in dropped)
    examples = {one.what: f" ({one.example})" for one in reversed(dropped) if one.example}
    shown = ", ".join(
        show_symbol(symbol) + f" × {count}" * (count > 1) + examples.get(symbol, "")
        for symbol, count in counts.items()
    )
    return Measurement(len(dropped), f"no symbol for {shown}" if shown else "")


CHECK = Check(
    name="unknown_symbols",
    reads="text",
    measure=count_unknown,
    limit=0,
    unit="symbols",
    advice="spell it out in the text, or choose a --frontend that has it; it would not be spoken",
    fix="text",
    shared="the model reads the texts without these characters; choose a --frontend for this "
    "language, or spell the texts in letters that have symbols",
)
