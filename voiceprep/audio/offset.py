"""A constant that was added to every sample: measured, and taken out."""

import numpy as np

from .sound import Sound, Treated

# The middle of short pieces is what they have in common: speech comes and goes, an offset stays.
PIECE_SECONDS = 0.1
# About half a step of 16 bits, which recorders that cut numbers off bring, is let be.
ROUNDING = 2.0**-15


def measure_offset(sound: Sound) -> float:
    """How far the middle of a sound is from zero, in full scales; the sound is not empty."""
    samples = sound.samples
    size = max(round(PIECE_SECONDS * sound.rate), 1)
    whole = samples[: max(len(samples) // size, 1) * size].astype(np.float64)
    means = whole.reshape(-1, min(size, len(whole))).mean(axis=1)
    return float(np.median(means))


def take_offset(sound: Sound) -> Treated:
    """A sound about zero; as it is where it lies there already."""
    offset = measure_offset(sound)
    if abs(offset) < ROUNDING:
        return Treated(sound, "", {"offset": 0.0})
    moved = Sound(sound.samples - np.float32(offset), sound.rate)
    return Treated(moved, "", {"offset": round(offset, 6)})
