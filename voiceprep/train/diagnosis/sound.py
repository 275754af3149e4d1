"""The level of a mel over time, which shows whether the voice has stopped speaking.

A mel is (M, T), the natural logarithm of magnitudes.
"""

from dataclasses import dataclass

import numpy as np

# Silence is this far below the loud parts of speech; breath is about at this level.
SILENCE_DB = 35.0
LOUD_PERCENTILE = 90
# Frames over which the level of the tail is averaged: some 60 ms.
TAIL_FRAMES = 5


@dataclass(frozen=True)
class SoundMeasures:
    """tail_db: level of the last frames, against the loud parts; trailing_silence: in frames."""

    tail_db: float
    trailing_silence: int


def measure_sound(mel: np.ndarray) -> SoundMeasures:
    """The measures of a mel's end; without frames both are 0."""
    if not mel.size:
        return SoundMeasures(0.0, 0)
    levels = relative_levels(mel)
    loud = np.flatnonzero(levels > -SILENCE_DB)
    return SoundMeasures(float(levels[-TAIL_FRAMES:].mean()), int(len(levels) - 1 - loud[-1]))


def relative_levels(mel: np.ndarray) -> np.ndarray:
    """Each frame's level in dB relative to the loud parts, (T,)."""
    power = np.exp(2 * mel.astype(np.float64)).mean(0)
    levels = 10 * np.log10(np.maximum(power, 1e-30))
    relative: np.ndarray = levels - np.percentile(levels, LOUD_PERCENTILE)
    return relative
