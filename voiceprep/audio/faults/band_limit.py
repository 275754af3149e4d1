"""Band limiting: a sound that once had a lower sampling rate."""

import numpy as np
import soxr

from ...quality.fault import Fault
from ..dither import settle
from ..sound import Sound


def inject(sound: Sound, size: float, random: np.random.Generator) -> Sound:  # noqa: ARG001
    """Without the upper `size` of its spectrum, in 16 bits: resampled to a lower rate and back.

    What would be over full scale is turned down: clipping would fill the spectrum again.
    """
    lower = round(sound.rate * (1 - size))
    narrow = soxr.resample(sound.samples, sound.rate, lower, quality="HQ")
    back = soxr.resample(narrow, lower, sound.rate, quality="HQ")
    whole = np.zeros(len(sound.samples), np.float32)
    whole[: len(back)] = back[: len(whole)]
    whole /= max(float(np.abs(whole).max(initial=0)), 1.0)
    return settle(Sound(whole, sound.rate), 16)


FAULT = Fault("band_limit", inject, (0.15, 0.3, 0.5), "of the spectrum lost", ("upsampled",))
