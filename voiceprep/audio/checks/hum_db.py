"""Mains hum: its A-weighted level, relative to the speech."""

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures
from ..hum_level import LOWEST_DB, HeardHum, hear_hum

# Odd multiples above this one are as well lines of something else.
HIGHEST_ODD = 9
LIMIT_DB = -50.0
# So many harmonics are named.
NAMED = 4


def read_hum(features: AudioFeatures) -> Reading | None:
    """The A-weighted level of mains hum, in dB relative to the speech.

    Only harmonics count that no other sound masks where it is quiet. Hum has the mains frequency
    itself or two of its odd multiples up to the ninth: where neither is heard, the value is
    -100 dB. Undecided where it is never quiet enough to tell, and where even multiples alone are
    heard: a voice of 100 or 120 Hz that a synthesizer left in its pauses has them too.
    """
    heard = hear_hum(features)
    if not isinstance(heard, HeardHum):
        return heard
    odd = [number for number in heard.lines if number % 2 and number <= HIGHEST_ODD]
    found = 1 in odd or len(odd) > 1
    if not heard.sure and not (found and heard.weighted_db > LIMIT_DB):
        return Undecided("it has no pauses, and its voice is as steady as hum")
    if found:
        return Measurement(heard.weighted_db, _evidence(heard))
    even = len(heard.lines) > 1 and not any(number % 2 for number in heard.lines)
    if even and heard.weighted_db > LIMIT_DB:
        return Undecided(
            f"the steady tones of {_named(heard)} Hz in its pauses may be hum or a voice's pitch"
        )
    return Measurement(LOWEST_DB, "no mains hum is heard")


def _evidence(heard: HeardHum) -> str:
    return (
        f"mains hum of {_named(heard)} Hz at {heard.level_db:.0f} dBFS, "
        f"{heard.weighted_db:.0f} dB(A) relative to the speech"
    )


def _named(heard: HeardHum) -> str:
    """The frequencies of the first harmonics that are heard."""
    return ", ".join(f"{number * heard.mains_hz:.0f}" for number in heard.lines[:NAMED])


CHECK = Check(
    name="hum_db",
    reads="sound",
    measure=read_hum,
    limit=LIMIT_DB,
    unit="dB(A) relative to the speech",
    usual="{limit:g} dB(A) or lower is usual",
    advice="`voiceprep prepare --plan` removes it; look for a ground loop or a power supply near "
    "the microphone",
    fix="dehum",
    shared="the voice will hum as its recordings do; `voiceprep prepare --plan` removes it",
)
