"""A jump in a word: samples that were lost without a trace but the step where they were.

No check is made to find it: where the step is small, it is one of the voice's own.
"""

import numpy as np

from ...fault import Fault
from ..hearing import Hearing
from ..sound import Sound
from .places import loud_place


def jump(sound: Sound, seconds: float, random: np.random.Generator) -> Sound:
    """The sound without so many seconds of one of its loud stretches."""
    start = round(loud_place(Hearing(sound), seconds, random) * sound.rate)
    end = start + round(seconds * sound.rate)
    return Sound(np.delete(sound.samples, np.s_[start:end]), sound.rate)


FAULT = Fault(
    name="jump",
    inject=jump,
    sizes=(0.003, 0.01, 0.04),
    unit="s lost",
    found_by=(),
)
