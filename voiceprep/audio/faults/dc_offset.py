"""A DC offset, as of a cheap sound card."""

import numpy as np

from ...quality.fault import Fault
from ..sound import Sound


def inject(sound: Sound, size: float, random: np.random.Generator) -> Sound:
    """With an offset of `size` of full scale, up or down."""
    offset = size * random.choice((-1, 1))
    moved = np.clip(sound.samples + np.float32(offset), -1, 1)
    return Sound(moved, sound.rate)


FAULT = Fault("dc_offset", inject, (0.003, 0.02, 0.1), "of full scale", ("dc_offset",))
