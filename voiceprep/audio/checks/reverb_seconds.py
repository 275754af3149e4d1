"""Reverberation, by how quickly the quickest sounds die away.

A voice alone can stop at once; in a room nothing dies away faster than the room lets it. So of
all steady falls of the level in bands of the spectrum the quickest are looked at, as blind
estimators of reverberation time do (Ratnam and others, 2003; Wen and others, 2008). Falls near
the floor of the noise tell of the noise and are left out.

It reads low where the decay is long, since direct sound hides its beginning: in made rooms of as
much echo as direct sound, 0.3 s are read as 0.28 to 0.33 s, 0.6 s as 0.40 to 0.52 s, 1.2 s as
0.53 to 0.77 s; and 0.14 to 0.22 s without any room. Noise 20 dB below the voice changes nothing.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...check import Check, Reading
from ...errors import Unusable
from ..hearing import Hearing

EDGES_HZ = np.array([300, 500, 800, 1200, 1700, 2400, 3300, 4500, 6000])
# A fall is a line through so much of a band's level; so many of them are the fewest to judge by.
FALL_SECONDS, FEWEST = 0.09, 30
# The share of falls that is quicker than what is read, in percent.
QUICKEST = 8
# How far from its floor a band must be, and how far below its loud moments it may be, in dB.
ABOVE_FLOOR_DB, RANGE_DB = 8.0, 45.0


def read_reverb(hearing: Hearing) -> Reading | None:
    """The seconds in which the quickest falls would reach 60 dB; None where there are too few."""
    try:
        levels = band_levels(hearing)
    except Unusable:
        return None
    count = round(FALL_SECONDS / hearing.hop_seconds)
    if len(levels) == 0 or levels.shape[1] < count:
        return None
    floor = np.percentile(levels, 5, axis=1) + ABOVE_FLOOR_DB
    least = np.maximum(floor, np.percentile(levels, 95, axis=1) - RANGE_DB)[:, None]
    time = (np.arange(count) - (count - 1) / 2) * hearing.hop_seconds
    stretches = sliding_window_view(levels, count, axis=1)
    slopes = stretches @ (time / np.sum(time**2)).astype(np.float32)
    falls = -slopes[(stretches.min(axis=-1) > least) & (slopes < 0)]
    if len(falls) < FEWEST:
        return None
    seconds = 60 / float(np.percentile(falls, 100 - QUICKEST))
    return Reading(seconds, f"its quickest sounds take {seconds:.2f} s to die away by 60 dB")


def band_levels(hearing: Hearing) -> np.ndarray:
    """The level of bands up to 6 kHz in dB, (bands, frames); raises Unusable where too short."""
    edges = EDGES_HZ[: int(np.searchsorted(EDGES_HZ, 0.475 * hearing.sound.rate))]
    first = np.searchsorted(np.arange(len(hearing.powers)) * hearing.bin_hz, edges)
    powers = np.add.reduceat(hearing.powers[: first[-1]], first[:-1], axis=0)
    return 10 * np.log10(powers + np.float32(1e-12))


CHECK = Check(
    name="reverb_seconds",
    reads="sound",
    measure=read_reverb,
    limit=0.35,
    unit="s",
    advice="the room rings: record nearer to the microphone, or among soft things",
)
