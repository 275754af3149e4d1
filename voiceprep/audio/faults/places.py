"""Where in a sound a fault would be heard: in the midst of what is loud."""

import numpy as np

from ..hearing import LEVEL_SECONDS, Hearing

# So far below its loud moments a sound still is a vowel and not its end.
LOUD_RANGE_DB = 15.0
# Between two pulses of a low voice it is soft for as long.
PULSE_SECONDS = 0.012


def loud_runs(hearing: Hearing) -> list[tuple[float, float]]:
    """The stretches that are nearly as loud as the loudest, in seconds, in order."""
    loud = hearing.levels_db > hearing.voice_db - LOUD_RANGE_DB
    edges = np.flatnonzero(np.diff(loud, prepend=False, append=False)) * LEVEL_SECONDS
    runs: list[tuple[float, float]] = []
    for start, end in edges.reshape(-1, 2).tolist():
        joined = runs and start - runs[-1][1] < PULSE_SECONDS
        runs[-1:] = [(runs[-1][0], end)] if joined else [*runs[-1:], (start, end)]
    return runs


def loud_place(hearing: Hearing, seconds: float, random: np.random.Generator) -> float:
    """Where within a loud stretch something of so many seconds may begin, in seconds.

    Where no stretch is long enough, it begins where the longest does.
    """
    runs = loud_runs(hearing) or [(0.0, 0.0)]
    long = [run for run in runs if run[1] - run[0] > seconds]
    if not long:
        return max(runs, key=lambda run: run[1] - run[0])[0]
    room = np.array([end - start - seconds for start, end in long])
    start, end = long[int(random.choice(len(long), p=room / room.sum()))]
    return float(random.uniform(start, end - seconds))
