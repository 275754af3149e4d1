"""Parts of a text that are not read as they are written, such as letters of another script."""

from ...quality.check import Check, Measurement
from ..encode import Encoding

SHOWN = 3


def count_rewrites(encoding: Encoding) -> Measurement:
    """How many parts of a text are read otherwise, and how."""
    rewrites = [one for one in encoding.rewrites if not one.dropped]
    shown = list(dict.fromkeys(f"{one.label} ({one.example or one.read})" for one in rewrites))
    evidence = ", ".join(shown[:SHOWN]) + (", …" if len(shown) > SHOWN else "")
    return Measurement(len(rewrites), evidence)


CHECK = Check(
    name="lossy_rewrites",
    reads="text",
    measure=count_rewrites,
    limit=0,
    unit="rewrites",
    advice="write it as it is spoken, or choose another --cleaner",
    fix="text",
    shared="the model reads a transliteration; what it makes one letter of two, the voice cannot "
    "tell apart, and sentences for the voice must be typed in the same script",
)
