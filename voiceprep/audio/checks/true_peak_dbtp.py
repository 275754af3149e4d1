"""How high the wave rises between its samples too, as ITU-R BS.1770-4 counts it."""

from ...check import Check, Reading
from ..hearing import Hearing


def read_peak(hearing: Hearing) -> Reading | None:
    """The true peak in dBTP; None for all zeros, raises Unusable where the sound is broken."""
    peak = hearing.loudness.true_peak_dbtp
    return None if peak is None else Reading(peak, f"the wave peaks at {peak:+.1f} dBTP")


CHECK = Check(
    name="true_peak_dbtp",
    reads="sound",
    measure=read_peak,
    limit=0.0,
    unit="dBTP",
    advice="it is clipped by what plays or resamples it: `voiceprep loudness` turns it down",
    mend="level",
)
