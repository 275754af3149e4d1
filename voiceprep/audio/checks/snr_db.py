"""The signal-to-noise ratio: the power of speech over that of the pauses, as the ear weighs it."""

import numpy as np

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures
from ..levels import floor_dba, speech_dba


def read_snr(features: AudioFeatures) -> Reading | None:
    """Speech over pauses in dB(A), with the noise subtracted from the speech.

    It depends on where speech is found, see `silence`. None where there is no speech, or none that
    is louder than the pauses.
    """
    speech, floor = speech_dba(features), floor_dba(features)
    if isinstance(floor, Undecided):
        return floor
    if speech is None or floor is None or speech <= floor:
        return None
    ratio = 10 * float(np.log10(10 ** ((speech - floor) / 10) - 1))
    evidence = f"its speech at {speech:.0f} dBFS(A) is {ratio:.0f} dB(A) above its pauses"
    return Measurement(ratio, evidence)


CHECK = Check(
    name="snr_db",
    reads="sound",
    measure=read_snr,
    limit=29.0,
    unit="dB(A)",
    usual="{limit:g} dB(A) or more is usual",
    advice="a model learns the noise with the voice; `voiceprep denoise` removes steady noise",
    worse="below",
    fix="denoise",
    shared="the voice will speak with this noise; `voiceprep denoise` removes what is steady of it",
)
