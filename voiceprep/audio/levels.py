"""How loud the speech of a sound is, and how loud the room is where nobody speaks."""

import numpy as np

from .hearing import Hearing

# The noise of rounding to 16 bits: where nothing but zeros is left, it is quieter yet.
ROUNDING_DB = -10 * float(np.log10(12)) - 20 * float(np.log10(2**15))


def speech_db(hearing: Hearing) -> float | None:
    """The level of what is spoken in dBFS, pauses left out; None where no speech is found."""
    if hearing.speech is None:
        return None
    rate, samples = hearing.sound.rate, hearing.sound.samples
    spans = [(round(start * rate), round(end * rate)) for start, end in hearing.speech.spans]
    energy = sum(float(np.sum(np.square(samples[a:b], dtype=np.float64))) for a, b in spans)
    count = sum(end - start for start, end in spans)
    return 10 * float(np.log10(energy / count)) if energy else None


def floor_db(hearing: Hearing) -> float | None:
    """The level of the room in dBFS, that of 16-bit rounding at least; None without a pause."""
    if hearing.speech is None or not hearing.speech.quiet:
        return None
    return max(hearing.speech.floor_db, ROUNDING_DB)
