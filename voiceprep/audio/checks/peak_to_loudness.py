"""The peak-to-loudness ratio: low where a sound was clipped before it was encoded.

A lossy encoder rounds flat peaks, so that they cannot be counted; what is left is a wave without
peaks. A limiter reduces them in the same way.
"""

from ...quality.check import Check, Measurement
from ..features import AudioFeatures


def read_ratio(features: AudioFeatures) -> Measurement | None:
    """True peak over integrated loudness, in dB; None where nothing is loud enough."""
    loudness = features.loudness
    if loudness.lufs is None or loudness.true_peak_dbtp is None:
        return None
    ratio = loudness.true_peak_dbtp - loudness.lufs
    return Measurement(ratio, f"its peaks are {ratio:.1f} dB above its loudness")


# Clean voices have 14 or more; a synthetic one (flite), which is limited, has 11.5.
CHECK = Check(
    name="peak_to_loudness_db",
    reads="sound",
    measure=read_ratio,
    limit=13.0,
    unit="dB",
    usual="{limit:g} dB or more is usual",
    advice="it was clipped or limited before it was encoded; look for the original",
    worse="below",
)
