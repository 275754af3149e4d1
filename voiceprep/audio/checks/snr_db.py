"""The signal-to-noise ratio: the power of speech over that of the pauses."""

import numpy as np

from ...quality.check import Check, Measurement
from ..features import AudioFeatures
from ..levels import floor_db, speech_db


def read_snr(features: AudioFeatures) -> Measurement | None:
    """Speech over pauses in dB, with the power of the pauses subtracted from that of the speech.

    It depends on where speech is found, see `silence`. None where there is no speech, no pause,
    or speech that is not louder than the pauses.
    """
    speech, floor = speech_db(features), floor_db(features)
    if speech is None or floor is None or speech <= floor:
        return None
    ratio = 10 * float(np.log10(10 ** ((speech - floor) / 10) - 1))
    return Measurement(ratio, f"its speech at {speech:.0f} dBFS is {ratio:.0f} dB above its pauses")


CHECK = Check(
    name="snr_db",
    reads="sound",
    measure=read_snr,
    limit=28.0,
    unit="dB",
    usual="{limit:g} dB or more is usual",
    advice="a model learns the noise with the voice; `voiceprep denoise` removes steady noise",
    worse="below",
    fix="denoise",
)
