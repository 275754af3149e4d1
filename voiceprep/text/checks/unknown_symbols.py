"""Characters that have no symbol, and would not be spoken."""

from collections import Counter

from ...quality.check import Check, Measurement
from ..encode import Encoding


def count_unknown(encoding: Encoding) -> Measurement:
    """How many characters of a text have no symbol, and which."""
    counts = Counter(encoding.unknown)
    shown = ", ".join(f"{symbol!r}" + f" × {n}" * (n > 1) for symbol, n in counts.items())
    return Measurement(len(encoding.unknown), f"no symbol for {shown}" if shown else "")


CHECK = Check(
    name="unknown_symbols",
    reads="text",
    measure=count_unknown,
    limit=0,
    unit="symbols",
    advice="spell it out in the text, or choose another --cleaner; it would not be spoken",
    fix="text",
)
