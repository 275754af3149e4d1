"""Places for audible faults: loud stretches of a sound."""

import numpy as np

from .features import LEVEL_SECONDS, AudioFeatures

# Down to this level below the speech level a sound is a vowel and not its decay.
LOUD_RANGE_DB = 15.0
# The longest soft gap between two glottal pulses of a low voice.
PULSE_SECONDS = 0.012


def loud_runs(features: AudioFeatures) -> list[tuple[float, float]]:
    """The stretches near the speech level, as start and end in seconds, in order."""
    loud = features.levels_db > features.voice_db - LOUD_RANGE_DB
    edges = np.flatnonzero(np.diff(loud, prepend=False, append=False)) * LEVEL_SECONDS
    runs: list[tuple[float, float]] = []
    for start, end in edges.reshape(-1, 2).tolist():
        joined = runs and start - runs[-1][1] < PULSE_SECONDS
        runs[-1:] = [(runs[-1][0], end)] if joined else [*runs[-1:], (start, end)]
    return runs


def loud_place(features: AudioFeatures, seconds: float, random: np.random.Generator) -> float:
    """A random start for something of `seconds` within a loud stretch, in seconds.

    Where no stretch is long enough, the start of the longest.
    """
    runs = loud_runs(features) or [(0.0, 0.0)]
    long = [run for run in runs if run[1] - run[0] > seconds]
    if not long:
        return max(runs, key=lambda run: run[1] - run[0])[0]
    room = np.array([end - start - seconds for start, end in long])
    start, end = long[int(random.choice(len(long), p=room / room.sum()))]
    return float(random.uniform(start, end - seconds))
