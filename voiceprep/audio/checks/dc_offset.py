"""A constant that was added to every sample: a fault of the sound card."""

import numpy as np

from ...check import Check, Reading
from ..hearing import Hearing

# The middle of short pieces is what they have in common: speech comes and goes, an offset stays.
PIECE_SECONDS = 0.1


def read_offset(hearing: Hearing) -> Reading | None:
    """How far the sound's middle is from zero, a share of full scale; None if broken."""
    if hearing.broken:
        return None
    samples = hearing.sound.samples
    size = max(round(PIECE_SECONDS * hearing.sound.rate), 1)
    whole = samples[: max(len(samples) // size, 1) * size].astype(np.float64)
    means = whole.reshape(-1, min(size, len(whole))).mean(axis=1)
    offset = float(np.median(means))
    return Reading(abs(offset), f"the samples lie {offset:+.4f} off zero")


CHECK = Check(
    name="dc_offset",
    reads="sound",
    measure=read_offset,
    limit=0.005,
    unit="of full scale",
    advice="`voiceprep convert` takes it out",
    mend="offset",
)
