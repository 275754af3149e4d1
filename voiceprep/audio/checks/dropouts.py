"""Dropouts: lost samples within loud speech, where the wave stands still instead.

A stretch without movement is a dropout where it begins and ends abruptly: a gate that closes in a
pause and the closure of a p follow a decay. A dropout that went through an mp3 or a resampler is
not found. Rule-based synthesis (espeak-ng) pauses in just this way, and is flagged.
"""

import numpy as np

from ...quality.check import Check, Measurement
from ..features import AudioFeatures

# Three steps of 16 bits: a dithered zero moves that much.
STILL = 3 / 32768
# Below this many times that, room tone is as still as a dropout.
FINE = 20
SHORTEST_SECONDS = 0.001
# How much of the sound on both sides is measured, and how far below the speech level it may be.
SIDE_SECONDS, RANGE_DB = 0.006, 20.0
# A stretch so near the highest sample is a clipped peak.
TOP = 0.9


def read_dropouts(features: AudioFeatures) -> Measurement | None:
    """The longest dropout in seconds, 0 where there is none; None without speech or too soft."""
    least = 10 ** ((features.voice_db - RANGE_DB) / 20)
    if features.speech is None or least < FINE * STILL:
        return None
    samples, rate = features.sound.samples, features.sound.rate
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
    return Measurement(
        longest, f"{1000 * longest:.1f} ms of samples are missing" if spans else "", spans
    )


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
