"""The speaking rate in phonemes, which needs a lexicon."""

from ...quality.check import Check, Measurement
from ..spoken import SpokenText

# Sounds per second; the fastest of LJSpeech's clips has 15.8.
FAST = 16


def measure_phoneme_rate(spoken: SpokenText) -> Measurement | None:
    """The phonemes of a text for each second of its speech.

    None where the seconds are unknown or a word is not in the lexicon.
    """
    if not spoken.seconds or spoken.seconds <= 0 or spoken.phonemes is None:
        return None
    count = len(spoken.phonemes)
    rate = count / spoken.seconds
    evidence = f"{count} phonemes in {spoken.seconds:.1f} s, {rate:.0f}/s; {FAST}/s would be fast"
    return Measurement(rate, evidence)


CHECK = Check(
    name="phonemes_per_second",
    reads="clip",
    measure=measure_phoneme_rate,
    limit=25,
    unit="phonemes/s",
    advice="correct the text, or find where the recording was truncated",
    weight="error",
    fix="text",
)
