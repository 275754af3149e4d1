"""The DC offset of a sound: measurement and removal."""

import numpy as np

from .sound import Sound, Treated

# The median over short pieces: speech changes from piece to piece, an offset does not.
PIECE_SECONDS = 0.1
# Half a 16-bit step, as truncation causes it, is ignored.
ROUNDING = 2.0**-15


def measure_offset(sound: Sound) -> float:
    """The DC offset of a sound that is not empty, relative to full scale."""
    samples = sound.samples
    size = max(round(PIECE_SECONDS * sound.rate), 1)
    whole = samples[: max(len(samples) // size, 1) * size].astype(np.float64)
    means = whole.reshape(-1, min(size, len(whole))).mean(axis=1)
    return float(np.median(means))


def take_offset(sound: Sound) -> Treated:
    """A sound without its DC offset; unchanged where it has none."""
    offset = measure_offset(sound)
    if abs(offset) < ROUNDING:
        return Treated(sound, "", {"offset": 0.0})
    moved = Sound(sound.samples - np.float32(offset), sound.rate)
    return Treated(moved, "", {"offset": round(offset, 6)})
