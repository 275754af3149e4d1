"""A jump in a word: samples are missing, and the wave steps where they were.

No check should find it: a small step cannot be told from those of the voice.
"""

import numpy as np

from ...quality.fault import Fault
from ..features import AudioFeatures
from ..loud_places import loud_place
from ..sound import Sound


def jump(sound: Sound, seconds: float, random: np.random.Generator) -> Sound:
    """The sound without `seconds` of one of its loud stretches."""
    start = round(loud_place(AudioFeatures(sound), seconds, random) * sound.rate)
    end = start + round(seconds * sound.rate)
    return Sound(np.delete(sound.samples, np.s_[start:end]), sound.rate)


FAULT = Fault(
    name="jump",
    inject=jump,
    sizes=(0.003, 0.01, 0.04),
    unit="s lost",
    found_by=(),
)
