"""Mains hum: how far the lines of the mains stand out of a sound."""

from ...check import Check, Reading
from ..hearing import Hearing
from ..hum import find_hum


def read_hum(hearing: Hearing) -> Reading | None:
    """How far the lines of the mains stand over what is beside them, in dB, 0 at least.

    It is the mean of the six strongest, so that no single tone passes for hum. None for a sound
    of less than 0.8 s, of nothing but zeros, or with samples that are no numbers.
    """
    hum = None if hearing.broken else find_hum(hearing.sound)
    if hum is None:
        return None
    evidence = f"{hum.mains_hz:.0f} Hz and its multiples stand out by {hum.height_db:.0f} dB"
    return Reading(hum.height_db, evidence)


CHECK = Check(
    name="hum_db",
    reads="sound",
    measure=read_hum,
    limit=8.0,
    unit="dB over the neighbourhood",
    advice="`voiceprep prepare --plan` takes it out; look for a ground loop or a power supply near "
    "the microphone",
    mend="dehum",
)
