"""The bandwidth of a voice, whatever its sampling rate, and where a low pass cut it off.

Only noise shows where a band ends: a fricative or a burst fills all there is, while the spectrum of
a vowel ends where its formants do, and steeply where a noise gate removed the rest: then there are
gaps between them too. Where several sounds without gaps end at one place, that is no formant.
"""

from dataclasses import dataclass

import numpy as np

from ...quality.check import Check, Measurement, Reading, Undecided
from ..features import AudioFeatures
from ..levels import find_pauses, frames_within
from ..pitch import HOP_SECONDS

# The noise of 16-bit quantisation in dBFS.
ROUNDING_DB = -10 * float(np.log10(12)) - 20 * float(np.log10(2**15))
# The width of the bands in which levels are compared.
BAND_HZ = 100.0
# The level of a band is one that so many percent of the frames of speech do not exceed: fricatives
# do not come more often, and a few clicks, which fill all bands, come less often.
PERCENTILE = 90
# The width of a filter's slope, and how much on either side of it is averaged.
FALL_HZ, SIDE_HZ = 300.0, 300.0
# Resamplers remove what is above this share of half the rate: an edge there is not a fault.
KEPT = 0.92
# No rate and no encoder ends lower.
LOWEST_HZ = 2500.0
# A voice alone never falls so steeply.
STEEP_DB = 30.0
# A frame shows an edge if its level falls by so much between this much on either side of it, and
# this share of the upper octave below the edge is so much louder than what is above.
SHOWN_DB, SHOWN_HZ = 25.0, 1000.0
FILLED, FILLED_DB = 0.9, 15.0
# The least of noise, which is no vowel, that shows an edge: a short fricative. Without it, so many
# separate sounds must end at the edge, each of at least this length.
SHOWN_SECONDS, SOUNDS, SOUND_SECONDS = 0.08, 3, 0.05
# Vowels alone do not reach further.
VOWELS_HZ = 5000.0
# The filter of a telephone leaves all below this.
TELEPHONE_HZ = 3200.0
# A voice is audible this far above its pauses.
HEARD_DB = 6.0
# Fricatives are this far below the loudest band: louder noise hides them.
HIDDEN_DB = 40.0
RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
# A rate whose half is this near to the edge is sufficient.
NEAR = 0.95


@dataclass(frozen=True)
class Edge:
    """The steepest drop in the spectrum of a voice after which it does not rise again.

    `shown` says whether it is steep and the end of a band, and not only that of a vowel.
    """

    hz: float
    fall_db: float
    shown: bool

    @property
    def rate(self) -> int:
        """The lowest common sampling rate that keeps what is below the edge."""
        return next((rate for rate in RATES if rate / 2 >= NEAR * self.hz), RATES[-1])


@dataclass(frozen=True)
class Spectrum:
    """The power of every frame of a voice in bands of about `BAND_HZ`, (bands, frames)."""

    features: AudioFeatures
    powers: np.ndarray
    band_hz: float

    @classmethod
    def of(cls, features: AudioFeatures) -> "Spectrum | None":
        """The spectrum of a voice; None where no speech is found, raises Unusable."""
        if features.speech is None or not features.spoken.any():
            return None
        width = max(round(BAND_HZ / features.bin_hz), 1)
        whole = features.powers.shape[0] // width * width
        powers = features.powers[:whole].reshape(-1, width, features.powers.shape[1]).sum(axis=1)
        return cls(features, powers / width, width * features.bin_hz)

    def levels(self, frames: np.ndarray) -> np.ndarray:
        """The level of each band in some frames, in dB."""
        chosen = self.powers[:, frames]
        place = min(int(PERCENTILE / 100 * chosen.shape[1]), chosen.shape[1] - 1)
        levels: np.ndarray = 10 * np.log10(np.partition(chosen, place)[:, place] + 1e-12)
        return levels

    def above_rounding_db(self, hz: float) -> float:
        """How far the speech at a frequency is above the noise of 16-bit rounding, in dB."""
        window = np.hanning(self.features.stft.fft_length + 1)[:-1]
        rounding = ROUNDING_DB + 10 * np.log10(np.sum(window**2))
        place, side = int(hz / self.band_hz), max(round(SIDE_HZ / self.band_hz), 1)
        near = self.levels(self.features.spoken)[max(place - side, 0) : place]
        return float(near.max(initial=-np.inf) - rounding)

    def edge(self) -> Edge | None:
        """The steepest edge; None where the rate is too low for one."""
        levels = self.levels(self.features.spoken)
        side, gap = round(SIDE_HZ / self.band_hz), round(FALL_HZ / self.band_hz)
        last = int(KEPT * len(levels))
        places = np.arange(max(round(LOWEST_HZ / self.band_hz), side), last - gap)
        if not len(places):
            return None
        sums = np.concatenate(([0.0], np.cumsum(levels)))
        below = (sums[places] - sums[places - side]) / side
        above = np.maximum.accumulate(levels[last - 1 :: -1])[::-1][places + gap]
        falls = below - above
        best = int(falls.argmax())
        fall, first = float(falls[best]), int(places[best])
        shown = fall > STEEP_DB and self._is_shown(first, first + gap)
        return Edge(float((first + gap / 2) * self.band_hz), fall, shown)

    def _is_shown(self, first: int, end: int) -> bool:
        """Whether noise falls between two bands, or several sounds do, and not only one vowel."""
        width = round(SHOWN_HZ / self.band_hz)
        below = self.powers[max(first - width, 0) : first].mean(axis=0)
        above = self.powers[end : end + width].mean(axis=0)
        falls = self.features.spoken & (below > 10 ** (SHOWN_DB / 10) * above)
        octave = self.powers[first // 2 : first]
        parts = np.array_split(octave, max(round(len(octave) * self.band_hz / SIDE_HZ), 1))
        heard = [part.mean(axis=0) > 10 ** (FILLED_DB / 10) * above for part in parts]
        falls &= np.mean(heard, axis=0) >= FILLED
        hop = self.features.hop_seconds
        if np.count_nonzero(falls & self.unvoiced) * hop >= SHOWN_SECONDS:
            return True
        starts, ends = np.flatnonzero(np.diff(falls, prepend=False, append=False)).reshape(-1, 2).T
        return int(np.count_nonzero((ends - starts) * hop >= SOUND_SECONDS)) >= SOUNDS

    @property
    def unvoiced(self) -> np.ndarray:
        """Which frames are speech without a pitch, bool (frames,)."""
        hz = self.features.pitch.hz
        times = np.arange(self.powers.shape[1]) * self.features.hop_seconds
        nearest = np.clip(np.round(times / HOP_SECONDS).astype(int), 0, len(hz) - 1)
        unvoiced: np.ndarray = self.features.spoken & ~np.isfinite(hz[nearest])
        return unvoiced


def read_bandwidth(features: AudioFeatures) -> Reading | None:
    """The highest frequency of the voice, in Hz.

    That is a steep edge where there is one, else the highest frequency at which the voice is
    louder than its pauses. None where no speech is found, raises Unusable.
    """
    spectrum = Spectrum.of(features)
    edge = spectrum.edge() if spectrum else None
    if spectrum is None or edge is None:
        return None
    rate = features.sound.rate
    narrow = rate / 2 < VOWELS_HZ
    if edge.shown and not (narrow and edge.hz > TELEPHONE_HZ):
        evidence = f"no sound above {edge.hz:.0f} Hz, as if sampled at {edge.rate} Hz"
        return Measurement(edge.hz, evidence)
    if narrow:
        return Measurement(rate / 2, f"recorded at {rate} Hz, which holds up to {rate / 2:.0f} Hz")
    heard = edge.hz if edge.fall_db > STEEP_DB else _highest(spectrum)
    if isinstance(heard, Undecided):
        return heard
    highest = heard
    noisy = np.count_nonzero(spectrum.unvoiced) * features.hop_seconds
    if highest < VOWELS_HZ and (edge.fall_db > STEEP_DB or noisy < SHOWN_SECONDS):
        return Undecided("it has no fricative that shows how far its spectrum reaches")
    return Measurement(highest, f"the voice is audible up to {highest:.0f} Hz")


def _highest(spectrum: Spectrum) -> float | Undecided:
    """The highest frequency at which a voice is louder than its pauses, in Hz.

    Without a pause that is all there is: what lies between two sounds is not only noise. Undecided
    where pauses are so loud above it that they hide fricatives.
    """
    features = spectrum.features
    pauses = find_pauses(features)
    if pauses is None or isinstance(pauses, Undecided):
        return len(spectrum.powers) * spectrum.band_hz
    spoken, noise = (
        spectrum.levels(frames) for frames in (features.spoken, frames_within(features, pauses))
    )
    end = int(np.flatnonzero(spoken > noise + HEARD_DB).max(initial=0)) + 1
    highest = float(end * spectrum.band_hz)
    if highest < CHECK.limit and noise[end:].max(initial=-np.inf) > spoken.max() - HIDDEN_DB:
        return Undecided("its pauses are too loud to show how far its voice reaches")
    return highest


CHECK = Check(
    name="bandwidth_hz",
    reads="sound",
    measure=read_bandwidth,
    limit=5000.0,
    unit="Hz",
    usual="{limit:g} Hz or more is usual",
    advice="it sounds like a telephone call; look for a better source",
    worse="below",
    shared="the voice will sound as through a telephone; train it at the rate of its recordings",
)
