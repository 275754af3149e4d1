"""The true peak, between the samples too, by ITU-R BS.1770-4."""

from ...quality.check import Check, Measurement
from ..features import AudioFeatures


def read_peak(features: AudioFeatures) -> Measurement | None:
    """The true peak in dBTP; None for all zeros, raises Unusable where the sound is broken."""
    peak = features.loudness.true_peak_dbtp
    return None if peak is None else Measurement(peak, f"its true peak is {peak:+.1f} dBTP")


CHECK = Check(
    name="true_peak_dbtp",
    reads="sound",
    measure=read_peak,
    # A recording that was turned down on reading reaches full scale, and a little more between
    # its samples.
    limit=0.5,
    unit="dBTP",
    usual="at most {limit:g} dBTP is usual",
    advice="players and resamplers clip it; `voiceprep loudness` turns it down",
    fix="level",
)
