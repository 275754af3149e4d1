"""Parts of a text that are not read as they are written, such as letters of another script."""

from collections.abc import Sequence

from ...quality.check import Check, Measurement
from ..encode import Encoding

SHOWN = 3


def count_rewrites(encoding: Encoding) -> Measurement:
    """How many parts of a text are read otherwise, and how."""
    rewrites = [one for one in encoding.rewrites if not one.dropped]
    examples: dict[str, dict[str, None]] = {}
    for one in rewrites:
        examples.setdefault(one.label, {})[one.example or one.read] = None
    shown = [f"{label} ({_some(list(own), '; ')})" for label, own in examples.items()]
    return Measurement(len(rewrites), _some(shown, ", "))


def _some(parts: Sequence[str], separator: str) -> str:
    return separator.join([*parts[:SHOWN], *(["…"] if len(parts) > SHOWN else [])])


CHECK = Check(
    name="lossy_rewrites",
    reads="text",
    measure=count_rewrites,
    limit=0,
    unit="rewrites",
    advice="write it as it is spoken, or choose a --frontend for this language",
    fix="text",
    shared="the model reads a transliteration; what it makes one letter of two, the voice cannot "
    "tell apart, and sentences for the voice must be typed in the same script",
)
