"""How loud a mel is along the way, by which a voice that has ended is told from one that has not.

A mel is (M, T), the natural logarithm of magnitudes.
"""

from dataclasses import dataclass

import numpy as np

# So far under the loud parts of speech lies what is heard as silence; breath is about there.
SILENCE_DB = 35.0
LOUD_PERCENTILE = 90
# Frames over which the level of the tail is told: some 60 ms.
TAIL_FRAMES = 5


@dataclass(frozen=True)
class SoundMeasures:
    """tail_db: level of the last frames, against the loud parts; trailing_silence: in frames."""

    tail_db: float
    trailing_silence: int


def measure_sound(mel: np.ndarray) -> SoundMeasures:
    """The measures of a mel's end; of no frames both are 0."""
    if not mel.size:
        return SoundMeasures(0.0, 0)
    levels = relative_levels(mel)
    loud = np.flatnonzero(levels > -SILENCE_DB)
    return SoundMeasures(float(levels[-TAIL_FRAMES:].mean()), int(len(levels) - 1 - loud[-1]))


def relative_levels(mel: np.ndarray) -> np.ndarray:
    """Each frame's level in dB against that of the loud parts, (T,)."""
    power = np.exp(2 * mel.astype(np.float64)).mean(0)
    levels = 10 * np.log10(np.maximum(power, 1e-30))
    return levels - np.percentile(levels, LOUD_PERCENTILE)
