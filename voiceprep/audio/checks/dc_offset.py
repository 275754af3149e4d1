"""DC offset: a constant added to every sample, a fault of the sound card.

It is measured in the pauses: the waves of a voice are asymmetric, so that the mean of speech is
not zero without any fault.
"""

import numpy as np

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures
from ..levels import DIGITAL, Stretches, find_pauses, long_enough
from ..quantiles import quantile


def read_offset(features: AudioFeatures) -> Reading | None:
    """The absolute DC offset as a share of full scale; None where the sound is broken."""
    if features.broken or not np.any(features.sound.samples):
        return None
    offset = _offset(features)
    if isinstance(offset, Undecided):
        return offset
    level = 20 * np.log10(max(abs(offset), 1e-6))
    return Measurement(
        abs(offset), f"the samples have an offset of {offset:+.4f} of full scale, {level:.0f} dBFS"
    )


def _offset(features: AudioFeatures) -> float | Undecided:
    """What all pauses are off zero by, and what was subtracted on reading."""
    pauses = find_pauses(features)
    if features.speech is None or pauses is None:
        return Undecided("no speech was found in it, and so no pause")
    if not isinstance(pauses, Undecided):
        return _shared(features, pauses) + features.offset
    # Digital silence that is not zero has an offset; of zeros none was subtracted.
    still = long_enough(features.speech.quiet, features.sound.rate)
    if pauses is DIGITAL and (offset := _shared(features, still) + features.offset):
        return offset
    return pauses


def _shared(features: AudioFeatures, pauses: Stretches) -> float:
    """The least median of the pauses: an offset is in every one, a slow wander is not."""
    medians = [float(quantile(features.sound.samples[start:end], 0.5)) for start, end in pauses]
    return float(np.median([0.0, min(medians), max(medians)]))


CHECK = Check(
    name="dc_offset",
    reads="sound",
    measure=read_offset,
    limit=0.01,
    unit="of full scale",
    usual="at most {limit:g} of full scale is usual",
    advice="`voiceprep convert` removes it",
    fix="offset",
    shared="a model learns the offset with the voice; `voiceprep convert` removes it",
)
