"""Clipping at full scale, then a lower level, so that the peak level shows nothing."""

import numpy as np

from ...quality.fault import Fault
from ..dither import settle
from ..sound import Sound
from . import clipping

LOWERED_DB = (1.0, 12.0)


def inject(sound: Sound, size: float, random: np.random.Generator) -> Sound:
    """Clipped by `size` dB, then turned down by 1 to 12 dB and dithered to 16 bits."""
    clipped = clipping.inject(sound, size, random)
    gain = np.float32(10 ** (-random.uniform(*LOWERED_DB) / 20))
    return settle(Sound(clipped.samples * gain, sound.rate), 16)


FAULT = Fault("clipped_lowered", inject, (1.0, 3.0, 9.0), "dB clipped", ("clipping",))
