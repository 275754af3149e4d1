"""A wrong sampling rate in the header, estimated from the speaking rate.

Syllables come at about four a second in every language, and loudness is modulated with them
(Houtgast and Steeneken 1985). A wrong rate shifts that modulation. People differ in speaking rate
too, so that the estimate is weak; a comparison with other clips of the voice says more.
"""

import numpy as np

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures

# Where vowels are strong, and the modulation of syllables, both in Hz.
BAND_HZ, MODULATION_HZ = (300.0, 3000.0), (1.5, 16.0)
SHORTEST_SECONDS = 1.5
# The mean modulation of usual speech in Hz, and by how many octaves it shifts with an octave of the
# rate: less than one, as the edges of the band stay where they are.
USUAL_HZ, SHIFT = 4.2, 0.52


def read_rate(features: AudioFeatures) -> Reading | None:
    """The estimated error of the sampling rate in octaves, up or down.

    None where no speech is found; raises Unusable.
    """
    if features.speech is None:
        return None
    frames = np.flatnonzero(features.spoken)
    if len(frames) * features.hop_seconds < SHORTEST_SECONDS:
        return Undecided(f"it has less than {SHORTEST_SECONDS:g} s of speech to count syllables in")
    first, last = (round(hz / features.bin_hz) for hz in BAND_HZ)
    envelope = np.sqrt(features.powers[first:last, frames].sum(axis=0))
    modulation = (envelope / envelope.mean() - 1) * np.hanning(len(envelope))
    size = max(1 << (len(modulation) - 1).bit_length(), 4096)
    strength = np.square(np.abs(np.fft.rfft(modulation, size)))
    hz = np.fft.rfftfreq(size, features.hop_seconds)
    seen = (hz > MODULATION_HZ[0]) & (hz < MODULATION_HZ[1])
    middle = float(np.sum(np.log2(hz[seen]) * strength[seen]) / np.sum(strength[seen]))
    octaves = (middle - np.log2(USUAL_HZ)) / SHIFT
    evidence = f"its syllable rate is {2**middle:.1f} a second, {USUAL_HZ} is usual"
    return Measurement(abs(octaves), evidence)


CHECK = Check(
    name="wrong_rate",
    reads="sound",
    measure=read_rate,
    limit=0.8,
    unit="octaves",
    advice="listen to its pitch and speaking rate, and correct the header if they are wrong",
    off="at half or twice the rate it finds 75 % of the clips of one voice, 63 % of seven others, "
    "at 1.38 times 25 and 29 %; 2 of 51 clean clips are flagged",
    weight="error",
)
