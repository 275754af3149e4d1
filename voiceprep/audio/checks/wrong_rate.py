"""Whether a sound is played at its own rate, as far as the pace of its speech can tell.

Syllables come at about four a second in every language, and loudness swells and fades with them
(Houtgast and Steeneken 1985). Played at another rate, all of that moves. People differ in pace
too, so that little is sure; held against the other clips of one voice, pitch and pace tell more.
"""

import numpy as np

from ...check import Check, Reading
from ..hearing import Hearing

# Where vowels are strong, and the swells that are syllables and what is around them, in Hz.
BAND_HZ, SWELLS_HZ = (300.0, 3000.0), (1.5, 16.0)
SHORTEST_SECONDS = 1.5
# The middle of the swells of usual speech in Hz, and by how much of an octave it moves with an
# octave of the rate: the edges of what is looked at stay where they are.
USUAL_HZ, MOVES = 4.2, 0.52


def read_rate(hearing: Hearing) -> Reading | None:
    """How many octaves the rate seems to be off, up or down.

    None for less than 1.5 s of speech; raises Unusable.
    """
    frames = np.flatnonzero(hearing.spoken) if hearing.speech else np.array([], int)
    if len(frames) * hearing.hop_seconds < SHORTEST_SECONDS:
        return None
    first, last = (round(hz / hearing.bin_hz) for hz in BAND_HZ)
    envelope = np.sqrt(hearing.powers[first:last, frames].sum(axis=0))
    swells = (envelope / envelope.mean() - 1) * np.hanning(len(envelope))
    size = max(1 << (len(swells) - 1).bit_length(), 4096)
    strength = np.square(np.abs(np.fft.rfft(swells, size)))
    hz = np.fft.rfftfreq(size, hearing.hop_seconds)
    seen = (hz > SWELLS_HZ[0]) & (hz < SWELLS_HZ[1])
    middle = float(np.sum(np.log2(hz[seen]) * strength[seen]) / np.sum(strength[seen]))
    octaves = (middle - np.log2(USUAL_HZ)) / MOVES
    told = f"its loudness swells {2**middle:.1f} times a second, usual is {USUAL_HZ}"
    return Reading(abs(octaves), told)


CHECK = Check(
    name="wrong_rate",
    reads="sound",
    measure=read_rate,
    limit=0.8,
    unit="octaves",
    advice="listen to its pitch and pace; if they are wrong, correct the rate in the header",
    off="at half or twice the rate it finds 75 % of the clips of one voice, 63 % of seven others, "
    "at 1.38 times 25 and 29 %; 2 of 51 clean clips are accused",
    weight="error",
)
