"""A constant on every sample, as a cheap sound card adds one."""

import numpy as np

from ...fault import Fault
from ..sound import Sound


def inject(sound: Sound, size: float, random: np.random.Generator) -> Sound:
    """Moved by `size` of full scale, up or down."""
    offset = size * random.choice((-1, 1))
    moved = np.clip(sound.samples + np.float32(offset), -1, 1)
    return Sound(moved, sound.rate)


FAULT = Fault("dc_offset", inject, (0.003, 0.02, 0.1), "of full scale", ("dc_offset",))
