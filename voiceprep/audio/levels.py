"""The level of speech, and that of the noise in pauses."""

import numpy as np

from .features import AudioFeatures

# The noise of 16-bit quantisation; digital silence is below it.
ROUNDING_DB = -10 * float(np.log10(12)) - 20 * float(np.log10(2**15))


def speech_db(features: AudioFeatures) -> float | None:
    """The level of speech in dBFS, without pauses; None where no speech is found."""
    if features.speech is None:
        return None
    rate, samples = features.sound.rate, features.sound.samples
    spans = [(round(start * rate), round(end * rate)) for start, end in features.speech.spans]
    energy = sum(float(np.sum(np.square(samples[a:b], dtype=np.float64))) for a, b in spans)
    count = sum(end - start for start, end in spans)
    return 10 * float(np.log10(energy / count)) if energy else None


def floor_db(features: AudioFeatures) -> float | None:
    """The noise floor in dBFS, at least that of 16-bit rounding; None without a pause."""
    if features.speech is None or not features.speech.quiet:
        return None
    return max(features.speech.floor_db, ROUNDING_DB)
