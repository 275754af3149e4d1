"""A text in which nothing is said: empty, or marks alone."""

from ...check import Check, Reading
from ..encode import Encoding


def count_said(encoding: Encoding) -> Reading:
    """How many letters and sounds of a text are read; marks and spaces are none."""
    said = sum(symbol.strip("@")[:1].isalnum() for symbol in encoding.symbols)
    shown = encoding.text if len(encoding.text) <= 20 else f"{encoding.text[:20]}…"
    return Reading(said, f"nothing is said in {shown!r}" if not said else "")


CHECK = Check(
    name="letters",
    reads="text",
    measure=count_said,
    limit=1,
    unit="letters",
    advice="write down what is spoken, or leave the clip out",
    worse="below",
    weight="error",
    mend="text",
)
