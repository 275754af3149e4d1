"""How far the peaks rise over the loudness: little where tops were cut off before it was encoded.

An encoder rounds flat tops off again, so that they cannot be counted; what is left is a wave
without peaks. A limiter presses them down in the same way.
"""

from ...check import Check, Reading
from ..hearing import Hearing


def read_ratio(hearing: Hearing) -> Reading | None:
    """True peak over integrated loudness, in dB; None where nothing is loud enough to tell."""
    loudness = hearing.loudness
    if loudness.lufs is None or loudness.true_peak_dbtp is None:
        return None
    ratio = loudness.true_peak_dbtp - loudness.lufs
    return Reading(ratio, f"its peaks rise {ratio:.1f} dB over its loudness")


# Clean voices have 14 and more; one of flite, pressed down by itself, has 11.5.
CHECK = Check(
    name="peak_to_loudness_db",
    reads="sound",
    measure=read_ratio,
    limit=13.0,
    unit="dB",
    advice="its tops were cut off or pressed down before it was encoded: look for the original",
    worse="below",
)
