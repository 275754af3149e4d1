"""A pitch that jumps by an octave: creak, or a voice that breaks; pitch trackers stumble on it."""

import numpy as np

from ...check import Check, Reading
from ..hearing import Hearing
from ..pitch import HOP_SECONDS
from .pitch_hz import FEWEST_MOMENTS


def read_jumps(hearing: Hearing) -> Reading | None:
    """The share of voiced moments that are an octave from the moment before."""
    pitch = hearing.pitch
    if len(pitch.voiced) < FEWEST_MOMENTS:
        return None
    places = np.flatnonzero(pitch.jumps)
    share = len(places) / len(pitch.voiced)
    spans = tuple((float(place - 1) * HOP_SECONDS, float(place) * HOP_SECONDS) for place in places)
    return Reading(share, f"{len(places)} jumps by an octave", spans)


CHECK = Check(
    name="octave_jumps",
    reads="sound",
    measure=read_jumps,
    limit=0.2,
    unit="of voiced moments",
    advice="the voice creaks: listen whether it is to sound like this",
)
