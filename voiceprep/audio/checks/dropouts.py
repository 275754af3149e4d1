"""Holes in the midst of loud speech: samples that were lost, and stand still instead.

What makes a hole of a stretch without movement is that it begins and ends at once: a gate that
closes in a pause and the closure of a p come after a decay. A hole that went through an mp3 or a
resampler is not found. A voice made by rule (espeak-ng) pauses in just this way, and is told.
"""

import numpy as np

from ...check import Check, Reading
from ..hearing import Hearing

# Three steps of 16 bits: so much a dithered zero moves.
STILL = 3 / 32768
# Where what is beside a hole is lower than so many times that, a quiet room is as still.
FINE = 20
SHORTEST_SECONDS = 0.001
# How much of the sound on both sides is looked at, and how far below the voice it may be.
SIDE_SECONDS, RANGE_DB = 0.006, 20.0
# A stretch so near the highest sample is a flattened top.
TOP = 0.9


def read_dropouts(hearing: Hearing) -> Reading | None:
    """The longest hole in seconds, 0 where there is none; None without speech or too soft."""
    least = 10 ** ((hearing.voice_db - RANGE_DB) / 20)
    if hearing.speech is None or least < FINE * STILL:
        return None
    samples, rate = hearing.sound.samples, hearing.sound.rate
    moving = np.flatnonzero(np.abs(np.diff(samples)) > STILL)
    long = np.flatnonzero(np.diff(moving) > SHORTEST_SECONDS * rate)
    holes = [(int(moving[place]) + 1, int(moving[place + 1]) + 1) for place in long]
    peak = float(np.abs(samples).max())
    side = round(SIDE_SECONDS * rate)
    spans = tuple(
        (start / rate, end / rate)
        for start, end in holes
        if abs(samples[start]) < TOP * peak
        and min(_level(samples[max(start - side, 0) : start]), _level(samples[end : end + side]))
        > least
    )
    longest = max((end - start for start, end in spans), default=0.0)
    return Reading(longest, f"hole of {1000 * longest:.1f} ms" if spans else "", spans)


def _level(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0


CHECK = Check(
    name="dropouts",
    reads="sound",
    measure=read_dropouts,
    limit=0.002,
    unit="s",
    advice="samples are missing: copy the recording anew, or leave the clip out",
    weight="error",
)
