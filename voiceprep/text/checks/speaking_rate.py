"""The speaking rate in symbols, which depends on the language and on its front end."""

from collections.abc import Mapping
from statistics import median

from ...quality.check import Check, Measurement, Reading, Undecided
from ..durations import MIN_TEXTS
from ..spoken import SpokenText

# Symbols per second; the fastest of LJSpeech's 13,100 clips has 22.6.
FAST, LIMIT = 23, 30
# A recording of which half is missing has so many times the rate of its voice.
TIMES = 2


def measure_rates(texts: Mapping[str, SpokenText]) -> dict[str, Reading]:
    """The symbols of each text for each second of its speech, where the seconds are known.

    Where the usual rate of the voice is high, as in an alphabet with many letters a sound, LIMIT
    says nothing.
    """
    spoken = {id: (text.length, text.seconds) for id, text in texts.items()}
    known = {id: (count, time) for id, (count, time) in spoken.items() if time and time > 0}
    rates = {id: count / time for id, (count, time) in known.items()}
    usual = median(rates.values()) if len(rates) >= MIN_TEXTS else 0.0
    found: dict[str, Reading] = {}
    for id, (count, time) in known.items():
        said = f"{count} symbols in {time:.1f} s, {rates[id]:.0f}/s"
        if LIMIT < rates[id] <= TIMES * usual:
            found[id] = Undecided(f"{said}, and half of this voice has {usual:.0f}/s and more")
        else:
            found[id] = Measurement(rates[id], f"{said}; {FAST}/s would be fast")
    return found


# What is only too fast or too slow for its own voice is left to duration_outlier.
CHECK = Check(
    name="symbols_per_second",
    reads="set",
    measure=measure_rates,
    limit=LIMIT,
    unit="symbols/s",
    advice="correct the text, or find where the recording was truncated",
    weight="error",
    fix="text",
)
