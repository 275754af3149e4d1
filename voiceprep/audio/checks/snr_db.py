"""The ratio of the energies of speech and of what is heard between it."""

import numpy as np

from ...check import Check, Reading
from ..hearing import Hearing
from ..levels import floor_db, speech_db


def read_snr(hearing: Hearing) -> Reading | None:
    """Speech over non-speech in dB, the power of the pauses taken off that of the speech.

    It depends on where speech is found, see `silence`. None where there is no speech, no pause,
    or speech that is no louder than the pauses.
    """
    speech, floor = speech_db(hearing), floor_db(hearing)
    if speech is None or floor is None or speech <= floor:
        return None
    ratio = 10 * float(np.log10(10 ** ((speech - floor) / 10) - 1))
    return Reading(ratio, f"speech at {speech:.0f} dBFS, its pauses at {floor:.0f} dBFS")


CHECK = Check(
    name="snr_db",
    reads="sound",
    measure=read_snr,
    limit=28.0,
    unit="dB",
    advice="noise is learnt with the voice: `voiceprep denoise` takes steady noise out",
    worse="below",
    mend="denoise",
)
