"""How long a text is."""

from math import inf

from ...check import Check, Reading
from ..encode import Encoding


def count_symbols(encoding: Encoding) -> Reading:
    """How many symbols of a text are read, marks and spaces among them."""
    return Reading(len(encoding.symbols))


CHECK = Check(
    name="text_length",
    reads="text",
    measure=count_symbols,
    limit=inf,
    unit="symbols",
    advice="split the clip at a pause",
)
