"""How far up a voice reaches, whatever the rate says, and where a low pass cut it off."""

from dataclasses import dataclass

import numpy as np

from ...check import Check, Reading
from ..hearing import Hearing

# Where a filter falls, and how much on either side of it is looked at.
FALL_HZ, SIDE_HZ = 300.0, 300.0
SMOOTH_HZ = 100.0
# Resamplers leave out what is above this share of half the rate: an edge there is no fault.
KEPT = 0.92
LOWEST_HZ = 1000.0
# No voice falls so steeply by itself.
STEEP_DB = 30.0
# So far over its pauses a voice is heard.
HEARD_DB = 6.0
RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
# A rate whose half is this near to the edge keeps all that matters.
NEAR = 0.95


@dataclass(frozen=True)
class Edge:
    """Where the spectrum of a voice falls most steeply to what it never leaves again."""

    hz: float
    fall_db: float

    @property
    def rate(self) -> int:
        """The lowest rate in use that keeps what is below the edge."""
        return next((rate for rate in RATES if rate / 2 >= NEAR * self.hz), RATES[-1])


def find_edge(hearing: Hearing) -> Edge | None:
    """The steepest end of the spectrum; None where no speech is found, raises Unusable."""
    if hearing.speech is None or not hearing.spoken.any():
        return None
    levels = _levels(hearing, hearing.spoken)
    side, gap = round(SIDE_HZ / hearing.bin_hz), round(FALL_HZ / hearing.bin_hz)
    last = int(KEPT * len(levels))
    places = np.arange(max(round(LOWEST_HZ / hearing.bin_hz), side), last - gap)
    if not len(places):
        return None
    sums = np.concatenate(([0.0], np.cumsum(levels)))
    below = (sums[places] - sums[places - side]) / side
    above = np.maximum.accumulate(levels[last - 1 :: -1])[::-1][places + gap]
    falls = below - above
    best = int(falls.argmax())
    return Edge(float((places[best] + gap / 2) * hearing.bin_hz), float(falls[best]))


def read_bandwidth(hearing: Hearing) -> Reading | None:
    """Up to which frequency there is a voice, in Hz.

    That is where a steep edge cut it off, and without one as far as it is heard over its pauses.
    None where no speech is found, raises Unusable.
    """
    edge = find_edge(hearing)
    if edge is None:
        return None
    if edge.fall_db > STEEP_DB:
        told = f"nothing is left above {edge.hz:.0f} Hz, {edge.rate} Hz holds what there is"
        return Reading(edge.hz, told)
    heard = np.ones(hearing.powers.shape[0], bool)
    if not hearing.spoken.all():
        heard = _levels(hearing, hearing.spoken) > _levels(hearing, ~hearing.spoken) + HEARD_DB
    highest = float(np.flatnonzero(heard).max(initial=0) * hearing.bin_hz)
    return Reading(highest, f"the voice is heard up to {highest:.0f} Hz")


def _levels(hearing: Hearing, frames: np.ndarray) -> np.ndarray:
    """The mean spectrum of some frames in dB, smoothed."""
    powers = hearing.powers[:, frames].mean(axis=1)
    width = max(round(SMOOTH_HZ / hearing.bin_hz), 1)
    return 10 * np.log10(np.convolve(powers, np.ones(width) / width, "same") + 1e-12)


CHECK = Check(
    name="bandwidth_hz",
    reads="sound",
    measure=read_bandwidth,
    limit=5000.0,
    unit="Hz",
    advice="as dull as a telephone: look for a better source of it",
    worse="below",
)
