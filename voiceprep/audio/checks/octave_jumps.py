"""Octave jumps of the pitch: creaky voice, a voice that breaks, or errors of the pitch tracker."""

import numpy as np

from ...quality.check import Check, Measurement
from ..features import AudioFeatures
from ..pitch import HOP_SECONDS
from .pitch_hz import FEWEST_MOMENTS


def read_jumps(features: AudioFeatures) -> Measurement | None:
    """The share of voiced frames whose pitch is an octave from that of the frame before."""
    pitch = features.pitch
    if len(pitch.voiced) < FEWEST_MOMENTS:
        return None
    places = np.flatnonzero(pitch.jumps)
    share = len(places) / len(pitch.voiced)
    spans = tuple((float(place - 1) * HOP_SECONDS, float(place) * HOP_SECONDS) for place in places)
    return Measurement(
        share, f"the pitch jumps by an octave in {100 * share:.0f} % of voiced frames", spans
    )


CHECK = Check(
    name="octave_jumps",
    reads="sound",
    measure=read_jumps,
    limit=0.2,
    unit="of voiced frames",
    advice="the voice may be creaky; listen to check whether it should sound like this",
)
