"""The true peak, between the samples too, by ITU-R BS.1770-4."""

from ...quality.check import Check, Measurement
from ..features import AudioFeatures


def read_peak(features: AudioFeatures) -> Measurement | None:
    """The true peak in dBTP; raises Unusable where the sound is broken.

    None for all zeros, and for a file beyond full scale: reading has turned it down, and says so.
    """
    peak = features.loudness.true_peak_dbtp
    if peak is None or features.turned_down:
        return None
    return Measurement(peak, f"its true peak is {peak:+.1f} dBTP")


CHECK = Check(
    name="true_peak_dbtp",
    reads="sound",
    measure=read_peak,
    # Less is common where a clip was made to reach full scale, and does no harm that is heard.
    limit=0.5,
    unit="dBTP",
    usual="at most {limit:g} dBTP is usual",
    advice="players and resamplers clip it; `voiceprep loudness` turns it down",
    fix="level",
    shared="players and resamplers clip all of them; `voiceprep loudness` turns them down",
)
