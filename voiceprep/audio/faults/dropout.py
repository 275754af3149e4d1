"""A dropout in a word: lost samples, replaced by zeros or by the last sample."""

import numpy as np

from ...quality.fault import Fault
from ..features import AudioFeatures
from ..loud_places import loud_place
from ..sound import Sound


def drop_out(sound: Sound, seconds: float, random: np.random.Generator) -> Sound:
    """The sound with a dropout of `seconds` in a loud stretch: zeros or a held sample."""
    samples = sound.samples.copy()
    start = round(loud_place(AudioFeatures(sound), seconds, random) * sound.rate)
    gap = samples[start : start + round(seconds * sound.rate)]
    gap[:] = random.choice((0.0, 1.0)) * samples[max(start - 1, 0)]
    return Sound(samples, sound.rate)


FAULT = Fault(
    name="dropout",
    inject=drop_out,
    sizes=(0.003, 0.01, 0.04),
    unit="s",
    found_by=("dropouts",),
)
