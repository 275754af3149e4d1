"""A text of which nothing is said: empty, marks alone, or letters without a symbol."""

from ...quality.check import Check, Measurement
from ..encode import Encoding


def count_said(encoding: Encoding) -> Measurement:
    """How many letters, digits and sounds the cleaned text has."""
    said = sum(symbol.strip("@")[:1].isalnum() for symbol in encoding.symbols)
    return Measurement(said, "" if said else _evidence(encoding.text))


def _evidence(text: str) -> str:
    shown = text if len(text) <= 20 else f"{text[:20]}…"
    if any(map(str.isalnum, text)):
        return f"no letter of the text {shown!r} has a symbol"
    return f"no letter or phoneme in the text {shown!r}"


CHECK = Check(
    name="letters",
    reads="text",
    measure=count_said,
    limit=1,
    unit="letters",
    advice="write down what is spoken, or leave the clip out",
    worse="below",
    weight="error",
    fix="text",
)
