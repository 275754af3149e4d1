"""The length of a text in symbols."""

from math import inf

from ...quality.check import Check, Measurement
from ..encode import Encoding


def count_symbols(encoding: Encoding) -> Measurement:
    """How many symbols a text has, marks and spaces included."""
    count = len(encoding.symbols)
    return Measurement(count, f"its text has {count} symbols")


CHECK = Check(
    name="text_length",
    reads="text",
    measure=count_symbols,
    limit=inf,
    unit="symbols",
    advice="split the clip at a pause",
)
