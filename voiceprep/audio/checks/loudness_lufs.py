"""How loud a clip is, as ITU-R BS.1770-4 counts it."""

from ...check import Check, Reading
from ..hearing import Hearing


def read_loudness(hearing: Hearing) -> Reading | None:
    """The integrated loudness in LUFS; None below -70 LUFS, raises Unusable where it is broken."""
    lufs = hearing.loudness.lufs
    return None if lufs is None else Reading(lufs, f"at {lufs:.1f} LUFS")


CHECK = Check(
    name="loudness_lufs",
    reads="sound",
    measure=read_loudness,
    limit=-40.0,
    unit="LUFS",
    advice="too soft to keep its detail in 16 bits: `voiceprep loudness` levels it, "
    "a recording closer to the microphone is better",
    worse="below",
    mend="level",
)
