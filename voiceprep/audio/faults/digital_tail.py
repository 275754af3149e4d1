"""Digital silence after the last word, as of padding in an editor."""

import numpy as np

from ...quality.fault import Fault
from ..sound import Sound


def add_zeros(sound: Sound, seconds: float, random: np.random.Generator) -> Sound:  # noqa: ARG001
    """The sound with `seconds` of zeros after it."""
    return Sound(np.pad(sound.samples, (0, round(seconds * sound.rate))), sound.rate)


FAULT = Fault(
    name="digital_tail",
    inject=add_zeros,
    sizes=(0.3, 0.8, 2.0),
    unit="s",
    found_by=("tail_seconds",),
)
