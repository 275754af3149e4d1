"""Tops of the wave that are cut off flat: at full scale, or below where it was turned down since.

A wave that is cut off lies on its highest value for several samples, time and again. A whole one
reaches its highest value once, and bends there. What was resampled, filtered or encoded since
bends again, and is not found.
"""

import numpy as np

from ...check import Check, Reading
from ..channels import CLIPPED_RUN
from ..hearing import Hearing

# Dither and rounding move a 16-bit sample by 1.5 steps at most, up or down.
REACH = 3.5 / 2**15
# Where the highest peak is lower than so many times that, steps are too coarse for flat and bent.
FINE = 200
# Tops nearer than this are told as one place.
JOINED_SECONDS = 0.05


def read_clipping(hearing: Hearing) -> Reading | None:
    """How many tops are flat for three samples and more; None where it is too soft to tell."""
    samples, rate = hearing.sound.samples, hearing.sound.rate
    peak = float(np.max(np.abs(samples))) if len(samples) else 0.0
    if not FINE * REACH <= peak < np.inf:
        return None
    tops = sorted(_flat_tops(samples) + _flat_tops(-samples))
    return Reading(len(tops), f"{len(tops)} tops cut off at {peak:.3f}", _places(tops, rate))


def _flat_tops(samples: np.ndarray) -> list[tuple[int, int]]:
    """The runs of samples on the highest value, as first and last and one."""
    top = float(samples.max())
    if top < FINE * REACH:
        return []
    near = np.flatnonzero(samples >= top - REACH)
    breaks = np.flatnonzero(np.diff(near) > 1) + 1
    runs = np.split(near, breaks)
    return [(int(run[0]), int(run[-1]) + 1) for run in runs if len(run) >= CLIPPED_RUN]


def _places(tops: list[tuple[int, int]], rate: int) -> tuple[tuple[float, float], ...]:
    """Where they lie in seconds, neighbours as one."""
    places: list[tuple[float, float]] = []
    for first, end in tops:
        start = first / rate
        if places and start - places[-1][1] <= JOINED_SECONDS:
            start = places.pop()[0]
        places.append((start, end / rate))
    return tuple(places)


CHECK = Check(
    name="clipping",
    reads="sound",
    measure=read_clipping,
    limit=1.0,
    unit="flat tops",
    advice="what was cut off does not come back: record it again with the input turned down, "
    "or take another export of it",
    weight="error",
)
