"""Dropouts: lost samples within loud speech, where the wave stands still instead.

A stretch without movement is a dropout where a moving wave stops and starts again at once. Between
two pulses of a low voice, in the closure of a p and where a gate closes, the wave comes to rest
first; on the top of a rumble or in an offset silence hardly anything moves. A dropout that went
through an mp3 or a resampler is not found.
"""

import numpy as np

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures

# Three steps of 16 bits: a dithered zero moves that much.
STILL = 3 / 32768
# Below this many times that, room tone is as still as a dropout.
FINE = 20
SHORTEST_SECONDS = 0.001
# How much of the sound on both sides is measured, and how far below the speech level it may be.
SIDE_SECONDS, RANGE_DB = 0.006, 20.0
# How soon before and after a dropout the wave moves this many times as much as a still one.
NEAR_SECONDS, MOVING = 0.001, 6.0
# A stretch so near the highest sample is a clipped peak.
TOP = 0.9


def read_dropouts(features: AudioFeatures) -> Reading | None:
    """The longest dropout in seconds, 0 where there is none; None without speech."""
    if features.speech is None:
        return None
    least = 10 ** ((features.voice_db - RANGE_DB) / 20)
    if least < FINE * STILL:
        return Undecided(
            f"its voice at {features.voice_db:.0f} dBFS is too soft to tell a dropout from a pause"
        )
    samples, rate = features.sound.samples, features.sound.rate
    steps = np.abs(np.diff(samples))
    moving = np.flatnonzero(steps > STILL)
    long = np.flatnonzero(np.diff(moving) > SHORTEST_SECONDS * rate)
    holes = [(int(moving[place]) + 1, int(moving[place + 1]) + 1) for place in long]
    top = TOP * float(np.abs(samples).max())
    side, near = round(SIDE_SECONDS * rate), max(round(NEAR_SECONDS * rate), 1)
    spans = tuple(
        (start / rate, end / rate)
        for start, end in holes
        if abs(samples[start]) < top
        and min(_level(steps[max(start - near, 0) : start]), _level(steps[end - 1 :][:near]))
        > MOVING * STILL
        and min(_swing(samples[max(start - side, 0) : start]), _swing(samples[end : end + side]))
        > least
    )
    longest = max((end - start for start, end in spans), default=0.0)
    return Measurement(
        longest, f"{1000 * longest:.1f} ms of samples are missing" if spans else "", spans
    )


def _swing(samples: np.ndarray) -> float:
    """The level of what moves: an offset and a rumble are none of it."""
    return float(np.std(samples)) if len(samples) else 0.0


def _level(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0


CHECK = Check(
    name="dropouts",
    reads="sound",
    measure=read_dropouts,
    limit=0.002,
    unit="s",
    advice="copy the recording again, or leave the clip out",
    weight="error",
)
