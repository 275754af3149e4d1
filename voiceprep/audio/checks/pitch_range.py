"""How lively the voice is: the range of its pitch."""

import numpy as np

from ...check import Check, Reading
from ..hearing import Hearing
from .pitch_hz import FEWEST_MOMENTS


def read_range(hearing: Hearing) -> Reading | None:
    """Semitones between the 10th and the 90th percentile; None where it is hardly voiced."""
    hz = hearing.pitch.voiced
    if len(hz) < FEWEST_MOMENTS:
        return None
    low, high = np.percentile(hz, [10, 90])
    return Reading(12 * float(np.log2(high / low)), f"{low:.0f} to {high:.0f} Hz mostly")


CHECK = Check(
    name="pitch_range",
    reads="sound",
    measure=read_range,
    limit=np.inf,
    unit="semitones",
    advice="no range is a fault by itself",
)
