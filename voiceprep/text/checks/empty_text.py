"""A text without a letter or a sound: empty, or marks alone."""

from ...quality.check import Check, Measurement
from ..encode import Encoding


def count_said(encoding: Encoding) -> Measurement:
    """How many letters, digits and sounds the cleaned text has."""
    said = sum(symbol.strip("@")[:1].isalnum() for symbol in encoding.symbols)
    shown = encoding.text if len(encoding.text) <= 20 else f"{encoding.text[:20]}…"
    return Measurement(said, f"no letter or phoneme in the text {shown!r}" if not said else "")


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
