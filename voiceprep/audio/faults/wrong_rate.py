"""A wrong sampling rate in the header: the sound plays too fast, or too slowly."""

import numpy as np

from ...quality.fault import Fault
from ..sound import Sound


def inject(sound: Sound, size: float, random: np.random.Generator) -> Sound:
    """Played `size` times too fast or too slowly, with the same samples."""
    factor = random.choice((size, 1 / size))
    return Sound(sound.samples, round(sound.rate * factor))


FAULT = Fault("wrong_rate", inject, (1.09, 1.38, 2.0), "times the rate", ("wrong_rate",))
