"""A hole in a word: samples that were lost, and stand as zeros or as the last one held."""

import numpy as np

from ...fault import Fault
from ..hearing import Hearing
from ..sound import Sound
from .places import loud_place


def drop_out(sound: Sound, seconds: float, random: np.random.Generator) -> Sound:
    """The sound with a hole of so many seconds in a loud stretch: zeros or a held sample."""
    samples = sound.samples.copy()
    start = round(loud_place(Hearing(sound), seconds, random) * sound.rate)
    hole = samples[start : start + round(seconds * sound.rate)]
    hole[:] = random.choice((0.0, 1.0)) * samples[max(start - 1, 0)]
    return Sound(samples, sound.rate)


FAULT = Fault(
    name="dropout",
    inject=drop_out,
    sizes=(0.003, 0.01, 0.04),
    unit="s",
    found_by=("dropouts",),
)
