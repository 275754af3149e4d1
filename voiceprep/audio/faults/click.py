"""A click: what a bad cable, a full buffer or a scratch puts on top of a voice."""

import numpy as np

from ...fault import Fault
from ..hearing import Hearing
from ..sound import Sound
from .places import loud_place

# A click of two samples, up and down, as a converter that slips makes it.
SHAPE = np.array([1.0, -0.6], np.float32)


def add_click(sound: Sound, level_db: float, random: np.random.Generator) -> Sound:
    """The sound with one click in its speech, of a peak so many dB from the sound's own peak."""
    samples = sound.samples.copy()
    place = round(loud_place(Hearing(sound), 0.005, random) * sound.rate)
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
