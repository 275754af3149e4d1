"""The median pitch of the voice."""

import numpy as np

from ...quality.check import Check, Measurement
from ..features import AudioFeatures

FEWEST_MOMENTS = 10


def read_pitch(features: AudioFeatures) -> Measurement | None:
    """The median pitch in Hz; None where too few frames are voiced."""
    hz = features.pitch.voiced
    if len(hz) < FEWEST_MOMENTS:
        return None
    low, middle, high = np.percentile(hz, [5, 50, 95])
    return Measurement(float(middle), f"pitch of {low:.0f} to {high:.0f} Hz")


CHECK = Check(
    name="pitch_hz",
    reads="sound",
    measure=read_pitch,
    limit=np.inf,
    unit="Hz",
    advice="for information; no pitch is a fault",
)
