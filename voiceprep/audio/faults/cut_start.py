"""A first word that begins in the middle of a vowel."""

import numpy as np

from ...quality.fault import Fault
from ..sound import Sound
from .cut_end import cut_end


def cut_start(sound: Sound, seconds: float, random: np.random.Generator) -> Sound:
    """The sound without the first `seconds` of its first loud stretch, and all before them."""
    reversed_sound = Sound(sound.samples[::-1], sound.rate)
    return Sound(cut_end(reversed_sound, seconds, random).samples[::-1].copy(), sound.rate)


FAULT = Fault(
    name="cut_start",
    inject=cut_start,
    sizes=(0.02, 0.06, 0.12),
    unit="s lost of the first vowel",
    found_by=("cut_start",),
)
