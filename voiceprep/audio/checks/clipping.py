"""Clipping: flat peaks at full scale, or below it where the level was lowered later.

A clipped wave stays at its highest value for several samples, again and again. An intact one
reaches its highest value once and is rounded there. Clipping before a resampler, filter or lossy
encoder is rounded too and is not found.
"""

import numpy as np

from ...quality.check import Check, Measurement
from ..channels import CLIPPED_RUN
from ..features import AudioFeatures

# Dither and rounding move a 16-bit sample by 1.5 steps at most, up or down.
REACH = 3.5 / 2**15
# Below this many times that, steps are too coarse to tell flat from rounded.
FINE = 200
# Flat peaks nearer than this are one span.
JOINED_SECONDS = 0.05


def read_clipping(features: AudioFeatures) -> Measurement | None:
    """The number of peaks that are flat for three samples or more; None where it is too soft."""
    samples, rate = features.sound.samples, features.sound.rate
    peak = float(np.max(np.abs(samples))) if len(samples) else 0.0
    if not FINE * REACH <= peak < np.inf:
        return None
    tops = sorted(_flat_tops(samples) + _flat_tops(-samples))
    return Measurement(
        len(tops), f"{len(tops)} flat peaks at {peak:.3f} of full scale", _places(tops, rate)
    )


def _flat_tops(samples: np.ndarray) -> list[tuple[int, int]]:
    """The runs of samples at the highest value, as first and end."""
    top = float(samples.max())
    if top < FINE * REACH:
        return []
    near = np.flatnonzero(samples >= top - REACH)
    breaks = np.flatnonzero(np.diff(near) > 1) + 1
    runs = np.split(near, breaks)
    return [(int(run[0]), int(run[-1]) + 1) for run in runs if len(run) >= CLIPPED_RUN]


def _places(tops: list[tuple[int, int]], rate: int) -> tuple[tuple[float, float], ...]:
    """Their spans in seconds, neighbours joined."""
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
    unit="flat peaks",
    advice="clipping cannot be undone; record it again with a lower input level, or use another "
    "export of it",
    weight="error",
)
