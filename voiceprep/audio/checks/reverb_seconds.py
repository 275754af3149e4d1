"""Reverberation time, from the fastest decays of the sound.

A voice alone can stop at once; in a room nothing decays faster than the room allows. So the fastest
of all steady decays in bands of the spectrum are taken, as blind estimators of reverberation time
do (Ratnam and others, 2003; Wen and others, 2008). Decays near the noise floor are left out.

Long reverberation is underestimated, since direct sound masks the start of the decay: in simulated
rooms with as much echo as direct sound, 0.3 s measures as 0.28 to 0.33 s, 0.6 s as 0.40 to 0.52 s,
1.2 s as 0.53 to 0.77 s, and no room as 0.14 to 0.22 s. Noise 20 dB below the voice has no effect.

A voice may die away as slowly as a room: one vowel says nothing. Only where several separate sounds
end, and hardly one of them faster, the room is what they share.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...errors import Unusable
from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures

EDGES_HZ = np.array([300, 500, 800, 1200, 1700, 2400, 3300, 4500, 6000])
# A decay is a line through this much of a band's level; at least so many of them are needed.
FALL_SECONDS, FEWEST = 0.09, 30
# The fewest ends of sounds that tell a room from a voice, each with a decay, and by how much the
# level falls at each.
FEWEST_ENDS, END_DB = 5, 6.0
# The share of decays that is faster than the measured one, in percent.
QUICKEST = 8
# How far above its floor a band must be, and how far below its loud frames it may be, in dB.
ABOVE_FLOOR_DB, RANGE_DB = 8.0, 45.0
TOO_FEW = Undecided("too few of its sounds die away to tell a room from the voice")


def read_reverb(features: AudioFeatures) -> Reading | None:
    """The seconds in which the fastest decays reach 60 dB; None where no speech is found."""
    if features.speech is None:
        return None
    try:
        levels = band_levels(features)
    except Unusable:
        return None
    count = round(FALL_SECONDS / features.hop_seconds)
    if len(levels) == 0 or levels.shape[1] < count:
        return TOO_FEW
    floor = np.percentile(levels, 5, axis=1) + ABOVE_FLOOR_DB
    least = np.maximum(floor, np.percentile(levels, 95, axis=1) - RANGE_DB)[:, None]
    time = (np.arange(count) - (count - 1) / 2) * features.hop_seconds
    stretches = sliding_window_view(levels, count, axis=1)
    slopes = stretches @ (time / np.sum(time**2)).astype(np.float32)
    decays = (stretches.min(axis=-1) > least) & (slopes < 0)
    falls, ends = -slopes[decays], _find_ends(levels, least)
    heard = sum(bool(decays[:, max(end - count, 0) : end + 1].any()) for end in ends)
    if len(falls) < FEWEST or heard < FEWEST_ENDS:
        return TOO_FEW
    seconds = 60 / float(np.percentile(falls, 100 - QUICKEST))
    return Measurement(seconds, f"its sounds take {seconds:.2f} s or more to decay by 60 dB")


def _find_ends(levels: np.ndarray, least: np.ndarray) -> list[int]:
    """The frames where the level over all bands has risen and falls again, as a sound that ends."""
    ends: list[int] = []
    rising, turn = True, np.inf
    for frame, level in enumerate(np.maximum(levels, least).mean(axis=0).tolist()):
        if rising:
            turn = min(turn, level)
            if level > turn + END_DB:
                rising, turn = False, level
        else:
            turn = max(turn, level)
            if level < turn - END_DB:
                rising, turn = True, level
                ends.append(frame)
    return ends


def band_levels(features: AudioFeatures) -> np.ndarray:
    """The level of bands up to 6 kHz in dB, (bands, frames); raises Unusable where too short."""
    edges = EDGES_HZ[: int(np.searchsorted(EDGES_HZ, 0.475 * features.sound.rate))]
    first = np.searchsorted(np.arange(len(features.powers)) * features.bin_hz, edges)
    powers = np.add.reduceat(features.powers[: first[-1]], first[:-1], axis=0)
    return 10 * np.log10(powers + np.float32(1e-12))


CHECK = Check(
    name="reverb_seconds",
    reads="sound",
    measure=read_reverb,
    limit=0.35,
    unit="s",
    usual="at most {limit:g} s is usual",
    advice="the room is reverberant; record closer to the microphone or in a damped room",
    shared="all was recorded in one reverberant room; the voice will sound of it",
)
