"""Dropouts: lost samples within loud speech, where the wave stands still instead.

A stretch without movement is a dropout where a moving wave stops and starts again at once. Between
two pulses of a low voice, in the closure of a p and where a gate closes, the wave comes to rest
first; on the top of a rumble or in an offset silence hardly anything moves. Where the pauses are
digital silence, as in a synthetic voice, a closure is too: there only a wave that breaks is lost
for sure. A dropout that went through an mp3 or a resampler is not found.
"""

import numpy as np

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures

# Three steps of 16 bits: a dithered zero moves that much.
STILL = 3 / 32768
# Below this many times that, room tone is as still as a dropout.
FINE = 20
# The smallest steps of a sound are those of its bits: with fewer bits than 16 a soft sound moves by
# none. Below this many times that, it may stand still.
SMALLEST_PERCENT, COARSE = 1, 8
SHORTEST_SECONDS = 0.001
# How much of the sound on both sides is measured, and how far below the speech level it may be.
SIDE_SECONDS, RANGE_DB = 0.006, 20.0
# How soon before and after a dropout the wave moves this many times as much as a still one.
NEAR_SECONDS, MOVING = 0.001, 6.0
# A wave breaks where its jumps into a dropout and out of it are together so many times its usual
# step. What stands still for so long outside of dropouts is digital silence.
BREAK, SILENCE_SECONDS = 6.0, 0.05
# A stretch so near the highest sample is a clipped peak.
TOP = 0.9


def read_dropouts(features: AudioFeatures) -> Reading | None:
    """The longest dropout in seconds, 0 where there is none; None without speech."""
    if features.speech is None:
        return None
    samples, rate = features.sound.samples, features.sound.rate
    steps = np.abs(np.diff(samples))
    least = 10 ** ((features.voice_db - RANGE_DB) / 20)
    if least < FINE * STILL:
        return Undecided(
            f"its voice at {features.voice_db:.0f} dBFS is too soft to tell a dropout from a pause"
        )
    moves = steps[steps > STILL]
    if len(moves) and least < COARSE * np.percentile(moves, SMALLEST_PERCENT):
        return Undecided(
            "its steps are so coarse, as those of 8 bits, that soft sounds stand still"
        )
    holes = _holes(samples, steps, rate, least)
    sure = [hole for hole in holes if _breaks(samples, rate, *hole)]
    if len(sure) < len(holes) and _has_silence(steps, rate, holes):
        holes = sure
        if not sure:
            return Undecided("its pauses are digital silence, and a dropout may look as they do")
    longest = max((end - start for start, end in holes), default=0) / rate
    spans = tuple((start / rate, end / rate) for start, end in holes)
    return Measurement(
        longest, f"{1000 * longest:.1f} ms of samples are missing" if spans else "", spans
    )


def _holes(
    samples: np.ndarray, steps: np.ndarray, rate: int, least: float
) -> list[tuple[int, int]]:
    """The stretches in which a wave that moves at both ends stands still, as samples."""
    moving = np.flatnonzero(steps > STILL)
    long = np.flatnonzero(np.diff(moving) > SHORTEST_SECONDS * rate)
    stretches = [(int(moving[place]) + 1, int(moving[place + 1]) + 1) for place in long]
    top = TOP * float(np.abs(samples).max())
    side, near = round(SIDE_SECONDS * rate), max(round(NEAR_SECONDS * rate), 1)
    return [
        (start, end)
        for start, end in stretches
        if abs(samples[start]) < top
        and min(_level(steps[max(start - near, 0) : start]), _level(steps[end - 1 :][:near]))
        > MOVING * STILL
        and min(_swing(samples[max(start - side, 0) : start]), _swing(samples[end : end + side]))
        > least
    ]


def _breaks(samples: np.ndarray, rate: int, start: int, end: int) -> bool:
    """Whether a wave jumps into a hole and out of it by more than it moves beside it."""
    side = round(SIDE_SECONDS * rate)
    before, after = samples[max(start - side, 0) : start], samples[end : end + side]
    into = (samples[start] - before[-1]) / _level(np.diff(before))
    out = (after[0] - samples[end - 1]) / _level(np.diff(after))
    return bool(np.hypot(into, out) > BREAK)


def _has_silence(steps: np.ndarray, rate: int, holes: list[tuple[int, int]]) -> bool:
    """Whether there is digital silence beside the holes."""
    edges = np.flatnonzero(np.concatenate(([True], steps > 0, [True])))
    long = np.flatnonzero(np.diff(edges) > SILENCE_SECONDS * rate)
    return any((int(edges[place]), int(edges[place + 1])) not in holes for place in long)


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
