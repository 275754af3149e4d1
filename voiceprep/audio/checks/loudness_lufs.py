"""The integrated loudness of a clip by ITU-R BS.1770-4."""

from ...quality.check import Check, Measurement
from ..features import AudioFeatures


def read_loudness(features: AudioFeatures) -> Measurement | None:
    """The integrated loudness in LUFS; None below -70 LUFS, raises Unusable where it is broken."""
    lufs = features.loudness.lufs
    return None if lufs is None else Measurement(lufs, f"its loudness is {lufs:.1f} LUFS")


CHECK = Check(
    name="loudness_lufs",
    reads="sound",
    measure=read_loudness,
    limit=-40.0,
    unit="LUFS",
    usual="{limit:g} LUFS or more is usual",
    advice="too soft to keep its detail in 16 bits; `voiceprep loudness` raises it, a recording "
    "closer to the microphone is better",
    worse="below",
    fix="level",
)
