"""The range of the pitch: how lively the voice is."""

import numpy as np

from ...quality.check import Check, Measurement
from ..features import AudioFeatures
from .pitch_hz import FEWEST_MOMENTS


def read_range(features: AudioFeatures) -> Measurement | None:
    """Semitones between the 10th and the 90th percentile; None where too few frames are voiced."""
    hz = features.pitch.voiced
    if len(hz) < FEWEST_MOMENTS:
        return None
    low, high = np.percentile(hz, [10, 90])
    return Measurement(
        12 * float(np.log2(high / low)), f"pitch of {low:.0f} to {high:.0f} Hz in most frames"
    )


CHECK = Check(
    name="pitch_range",
    reads="sound",
    measure=read_range,
    limit=np.inf,
    unit="semitones",
    advice="for information; no range is a fault",
)
