"""A first word that begins in the middle of a vowel."""

import numpy as np

from ...fault import Fault
from ..sound import Sound
from .cut_end import cut_end


def cut_start(sound: Sound, seconds: float, random: np.random.Generator) -> Sound:
    """The sound without its first loud stretch's so many first seconds, and all before them."""
    backwards = Sound(sound.samples[::-1], sound.rate)
    return Sound(cut_end(backwards, seconds, random).samples[::-1].copy(), sound.rate)


FAULT = Fault(
    name="cut_start",
    inject=cut_start,
    sizes=(0.02, 0.06, 0.12),
    unit="s lost of the first vowel",
    found_by=("cut_start",),
)
