"""The bandwidth of a voice, whatever its sampling rate, and where a low pass cut it off."""

from dataclasses import dataclass

import numpy as np

from ...quality.check import Check, Measurement
from ..features import AudioFeatures

# The width of a filter's slope, and how much on either side of it is averaged.
FALL_HZ, SIDE_HZ = 300.0, 300.0
SMOOTH_HZ = 100.0
# Resamplers remove what is above this share of half the rate: an edge there is not a fault.
KEPT = 0.92
LOWEST_HZ = 1000.0
# A voice alone never falls so steeply.
STEEP_DB = 30.0
# A voice is audible this far above its pauses.
HEARD_DB = 6.0
RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
# A rate whose half is this near to the edge is sufficient.
NEAR = 0.95


@dataclass(frozen=True)
class Edge:
    """The steepest drop in the spectrum of a voice after which it does not rise again."""

    hz: float
    fall_db: float

    @property
    def rate(self) -> int:
        """The lowest common sampling rate that keeps what is below the edge."""
        return next((rate for rate in RATES if rate / 2 >= NEAR * self.hz), RATES[-1])


def find_edge(features: AudioFeatures) -> Edge | None:
    """The steepest edge of the spectrum; None where no speech is found, raises Unusable."""
    if features.speech is None or not features.spoken.any():
        return None
    levels = _levels(features, features.spoken)
    side, gap = round(SIDE_HZ / features.bin_hz), round(FALL_HZ / features.bin_hz)
    last = int(KEPT * len(levels))
    places = np.arange(max(round(LOWEST_HZ / features.bin_hz), side), last - gap)
    if not len(places):
        return None
    sums = np.concatenate(([0.0], np.cumsum(levels)))
    below = (sums[places] - sums[places - side]) / side
    above = np.maximum.accumulate(levels[last - 1 :: -1])[::-1][places + gap]
    falls = below - above
    best = int(falls.argmax())
    return Edge(float((places[best] + gap / 2) * features.bin_hz), float(falls[best]))


def read_bandwidth(features: AudioFeatures) -> Measurement | None:
    """The highest frequency of the voice, in Hz.

    That is a steep edge where there is one, else the highest frequency at which the voice is
    louder than its pauses. None where no speech is found, raises Unusable.
    """
    edge = find_edge(features)
    if edge is None:
        return None
    if edge.fall_db > STEEP_DB:
        evidence = f"no sound above {edge.hz:.0f} Hz, as if sampled at {edge.rate} Hz"
        return Measurement(edge.hz, evidence)
    audible = np.ones(features.powers.shape[0], bool)
    if not features.spoken.all():
        audible = (
            _levels(features, features.spoken) > _levels(features, ~features.spoken) + HEARD_DB
        )
    highest = float(np.flatnonzero(audible).max(initial=0) * features.bin_hz)
    return Measurement(highest, f"the voice is audible up to {highest:.0f} Hz")


def _levels(features: AudioFeatures, frames: np.ndarray) -> np.ndarray:
    """The mean spectrum of some frames in dB, smoothed."""
    powers = features.powers[:, frames].mean(axis=1)
    width = max(round(SMOOTH_HZ / features.bin_hz), 1)
    return 10 * np.log10(np.convolve(powers, np.ones(width) / width, "same") + 1e-12)


CHECK = Check(
    name="bandwidth_hz",
    reads="sound",
    measure=read_bandwidth,
    limit=5000.0,
    unit="Hz",
    usual="{limit:g} Hz or more is usual",
    advice="it sounds like a telephone call; look for a better source",
    worse="below",
)
