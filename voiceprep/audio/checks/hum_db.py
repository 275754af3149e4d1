"""Mains hum: the height of the mains harmonics over the spectrum around them."""

from ...quality.check import Check, Measurement
from ..features import AudioFeatures
from ..hum import find_hum


def read_hum(features: AudioFeatures) -> Measurement | None:
    """The height of the mains harmonics over the spectrum beside them, in dB, at least 0.

    It is the mean of the six strongest, so that a single tone does not count as hum. None for a
    sound of less than 0.8 s, of all zeros, or with samples that are not finite.
    """
    hum = None if features.broken else find_hum(features.sound)
    if hum is None:
        return None
    evidence = (
        f"mains hum: {hum.mains_hz:.0f} Hz and its harmonics stand out by {hum.height_db:.0f} dB"
    )
    return Measurement(hum.height_db, evidence)


CHECK = Check(
    name="hum_db",
    reads="sound",
    measure=read_hum,
    limit=8.0,
    unit="dB above its surroundings",
    usual="at most {limit:g} dB is usual",
    advice="`voiceprep prepare --plan` removes it; look for a ground loop or a power supply near "
    "the microphone",
    fix="dehum",
)
