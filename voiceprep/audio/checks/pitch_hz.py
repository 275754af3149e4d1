"""How high the voice is: its median pitch."""

import numpy as np

from ...check import Check, Reading
from ..hearing import Hearing

FEWEST_MOMENTS = 10


def read_pitch(hearing: Hearing) -> Reading | None:
    """The median pitch in Hz; None where there is hardly a voiced moment."""
    hz = hearing.pitch.voiced
    if len(hz) < FEWEST_MOMENTS:
        return None
    low, middle, high = np.percentile(hz, [5, 50, 95])
    return Reading(float(middle), f"{low:.0f} to {high:.0f} Hz")


CHECK = Check(
    name="pitch_hz",
    reads="sound",
    measure=read_pitch,
    limit=np.inf,
    unit="Hz",
    advice="no pitch is a fault by itself",
)
