"""Clipping at full scale before mp3 encoding, so that peaks are no longer flat."""

import numpy as np

from ...quality.fault import Fault
from ..sound import Sound
from . import clipping, mp3

KBITS = 64.0


def inject(sound: Sound, size: float, random: np.random.Generator) -> Sound:
    """Clipped by `size` dB, then through an mp3; raises Unusable for a rate without mp3."""
    return mp3.inject(clipping.inject(sound, size, random), KBITS, random)


FAULT = Fault(
    "clipped_encoded", inject, (9.0, 15.0, 20.0), "dB over full scale", ("peak_to_loudness_db",)
)
