"""A click, as of a bad cable, a full buffer or a scratch."""

import numpy as np

from ...quality.fault import Fault
from ..features import AudioFeatures
from ..loud_places import loud_place
from ..sound import Sound

# A click of two samples, up and down, as a converter error makes it.
SHAPE = np.array([1.0, -0.6], np.float32)


def add_click(sound: Sound, level_db: float, random: np.random.Generator) -> Sound:
    """The sound with one click in its speech, `level_db` relative to the sound's own peak."""
    samples = sound.samples.copy()
    place = round(loud_place(AudioFeatures(sound), 0.005, random) * sound.rate)
    inside = samples[place : place + len(SHAPE)]
    peak = float(np.abs(samples).max(initial=0.0)) * 10 ** (level_db / 20)
    inside += float(random.choice((-1, 1))) * peak * SHAPE[: len(inside)]
    return Sound(np.clip(samples, -1, 1), sound.rate)


FAULT = Fault(
    name="click",
    inject=add_click,
    sizes=(-10.0, -3.0, 0.0),
    unit="dB from the peak",
    found_by=("clicks",),
)
