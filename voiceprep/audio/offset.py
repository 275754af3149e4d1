"""The DC offset of a sound: measurement and removal."""

import numpy as np

from .offset_pieces import Pieces, without_offset
from .sound import Sound, Treated

# Without a pause, the median over short pieces: speech changes from piece to piece, an offset does
# not.
PIECE_SECONDS = 0.1
# Half a 16-bit step, as truncation causes it, is ignored.
ROUNDING = 2.0**-15


def measure_offset(sound: Sound) -> float:
    """The DC offset of a sound that is not empty, in its pauses, relative to full scale."""
    samples = sound.samples
    pieces = Pieces(1, sound.rate)
    pieces.add(samples[None])
    in_pauses = float(pieces.pause_means()[0])
    if np.isfinite(in_pauses):
        return in_pauses
    size = max(round(PIECE_SECONDS * sound.rate), 1)
    whole = samples[: max(len(samples) // size, 1) * size].astype(np.float64)
    means = whole.reshape(-1, min(size, len(whole))).mean(axis=1)
    return float(np.median(means))


def take_offset(sound: Sound) -> Treated:
    """A sound without its DC offset; unchanged where it has none. Digital silence stays zero."""
    offset = measure_offset(sound)
    if abs(offset) < ROUNDING:
        return Treated(sound, "", {"offset": 0.0})
    (moved,) = without_offset([sound.samples], offset, sound.rate)
    return Treated(Sound(moved, sound.rate), "", {"offset": round(offset, 6)})
