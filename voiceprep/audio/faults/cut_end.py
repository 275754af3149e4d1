"""A last word that is cut off in the middle of a vowel."""

import numpy as np

from ...fault import Fault
from ..hearing import LEVEL_SECONDS, Hearing
from ..sound import Sound
from .places import loud_runs

# The vowel that is cut goes on for at least this before the cut.
KEPT_SECONDS = 0.04


def cut_end(sound: Sound, seconds: float, random: np.random.Generator) -> Sound:  # noqa: ARG001
    """The sound without its last loud stretch's so many last seconds, and all after them.

    Where no stretch is long enough, it is cut in the middle of the longest.
    """
    runs = loud_runs(Hearing(sound))
    if not runs:
        return sound
    long = [run for run in runs if run[1] - run[0] >= seconds + KEPT_SECONDS]
    start, end = long[-1] if long else max(runs, key=lambda run: run[1] - run[0])
    place = end - seconds if long else (start + end) / 2
    size = round(LEVEL_SECONDS * sound.rate)
    return Sound(sound.samples[: round(place / LEVEL_SECONDS) * size].copy(), sound.rate)


FAULT = Fault(
    name="cut_end",
    inject=cut_end,
    sizes=(0.02, 0.06, 0.12),
    unit="s lost of the last vowel",
    found_by=("cut_end",),
)
