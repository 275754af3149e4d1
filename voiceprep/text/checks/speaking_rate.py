"""The speaking rate in symbols."""

from ...quality.check import Check, Measurement
from ..spoken import SpokenText

# Symbols per second; the fastest of LJSpeech's 13,100 clips has 22.6.
FAST = 23


def measure_symbol_rate(spoken: SpokenText) -> Measurement | None:
    """The symbols of a text for each second of its speech; None where the seconds are unknown."""
    if not spoken.seconds or spoken.seconds <= 0:
        return None
    count = spoken.length
    rate = count / spoken.seconds
    evidence = f"{count} symbols in {spoken.seconds:.1f} s, {rate:.0f}/s; {FAST}/s would be fast"
    return Measurement(rate, evidence)


# What is only too fast or too slow for its own voice is left to duration_outlier.
CHECK = Check(
    name="symbols_per_second",
    reads="clip",
    measure=measure_symbol_rate,
    limit=30,
    unit="symbols/s",
    advice="correct the text, or find where the recording was truncated",
    weight="error",
    fix="text",
)
