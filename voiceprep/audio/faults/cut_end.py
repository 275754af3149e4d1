"""A last word that is cut off in the middle of a vowel."""

import numpy as np

from ...quality.fault import Fault
from ..features import LEVEL_SECONDS, AudioFeatures
from ..loud_places import loud_runs
from ..sound import Sound

# At least this much of the vowel is kept before the cut.
KEPT_SECONDS = 0.04


def cut_end(sound: Sound, seconds: float, random: np.random.Generator) -> Sound:  # noqa: ARG001
    """The sound without the last `seconds` of its last loud stretch, and all after them.

    Where no stretch is long enough, it is cut in the middle of the longest.
    """
    runs = loud_runs(AudioFeatures(sound))
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
