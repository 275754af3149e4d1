"""Octave jumps of the pitch: creaky voice, a voice that breaks, or errors of the pitch tracker."""

import numpy as np

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import LEVEL_SECONDS, AudioFeatures
from ..pitch import HOP_SECONDS

# With fewer voiced frames, 0.8 s, a few errors of the tracker are a large share.
FEWEST_FRAMES = 50
# What is this far below the speech level is breath, room or offset, and no voice.
RANGE_DB = 30.0


def read_jumps(features: AudioFeatures) -> Reading | None:
    """The share of voiced frames whose pitch is an octave from that of the frame before.

    None where no frame is voiced.
    """
    voiced = np.isfinite(features.pitch.hz) & _loud(features)
    count = int(np.count_nonzero(voiced))
    if count == 0:
        return None
    if count < FEWEST_FRAMES:
        return Undecided(f"less than {FEWEST_FRAMES * HOP_SECONDS:g} s of it is voiced")
    places = np.flatnonzero(features.pitch.jumps & voiced)
    share = len(places) / count
    spans = tuple((float(place - 1) * HOP_SECONDS, float(place) * HOP_SECONDS) for place in places)
    return Measurement(
        share, f"the pitch jumps by an octave in {100 * share:.0f} % of voiced frames", spans
    )


def _loud(features: AudioFeatures) -> np.ndarray:
    """Which frames of the pitch are as loud as voice, bool (frames,)."""
    times = np.arange(len(features.pitch.hz)) * HOP_SECONDS
    levels = features.levels_db
    if not len(levels):
        return np.zeros(len(times), bool)
    nearest = np.clip(np.round(times / LEVEL_SECONDS).astype(int), 1, max(len(levels) - 2, 1))
    around = levels[np.clip(nearest[:, None] + np.arange(-1, 2), 0, len(levels) - 1)].max(axis=1)
    loud: np.ndarray = around > features.voice_db - RANGE_DB
    return loud


CHECK = Check(
    name="octave_jumps",
    reads="sound",
    measure=read_jumps,
    limit=0.2,
    unit="of voiced frames",
    advice="the voice may be creaky; listen to check whether it should sound like this",
    shared="the voice is creaky or breaks often; a model will learn it so, and pitch that is "
    "extracted from it will hold octave errors",
)
