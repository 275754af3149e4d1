"""The level of speech, and that of the noise in pauses.

Levels in dBFS(A) are A-weighted and relative to full scale: what nobody hears, as an offset or a
rumble below 50 Hz, counts for nothing.
"""

from collections.abc import Iterable
from itertools import chain, pairwise

import numpy as np

from ..errors import Unusable
from ..quality.check import Undecided
from .features import AudioFeatures

# The closure of a stop is shorter, and no pause.
PAUSE_SECONDS = 0.1
# A run of one value this long is digital silence.
SILENCE_SECONDS = 0.01
SHORT = Undecided(f"none of its pauses lasts {PAUSE_SECONDS:g} s")
DIGITAL = Undecided("its pauses are digital silence")
# The least level: that of 16-bit quantisation is about -100 dBFS(A).
LOWEST_DB = -120.0

Stretches = tuple[tuple[int, int], ...]
"""Parts of a sound, as first and end sample."""


def speech_db(features: AudioFeatures) -> float | None:
    """The level of speech in dBFS, without pauses; None where no speech is found."""
    if features.speech is None:
        return None
    rate, samples = features.sound.rate, features.sound.samples
    spans = [(round(start * rate), round(end * rate)) for start, end in features.speech.spans]
    energy = sum(float(np.sum(np.square(samples[a:b], dtype=np.float64))) for a, b in spans)
    count = sum(end - start for start, end in spans)
    return 10 * float(np.log10(energy / count)) if energy else None


def find_pauses(features: AudioFeatures) -> Stretches | Undecided | None:
    """The stretches of room tone that are long enough to be pauses; None where no speech is found.

    Digital silence is no room tone: it says nothing of the noise in the speech.
    """
    if features.speech is None:
        return None
    rate, samples = features.sound.rate, features.sound.samples
    long = long_enough(features.speech.quiet, rate)
    if not long:
        return SHORT
    parts = (part for one in long for part in _changing(samples, *one, rate))
    return long_enough(parts, rate) or DIGITAL


def long_enough(stretches: Iterable[tuple[int, int]], rate: int) -> Stretches:
    """Those of some stretches that are long enough to be pauses."""
    shortest = round(PAUSE_SECONDS * rate)
    return tuple((start, end) for start, end in stretches if end - start >= shortest)


def _changing(samples: np.ndarray, start: int, end: int, rate: int) -> Stretches:
    """The parts of a stretch between runs of one value, which is digital silence."""
    still = np.flatnonzero(np.diff(np.diff(samples[start:end]) == 0, prepend=False, append=False))
    runs = still.reshape(-1, 2)
    runs = runs[np.diff(runs)[:, 0] >= SILENCE_SECONDS * rate]
    return tuple(pairwise(chain([start], (start + runs).ravel().tolist(), [end])))[::2]


def floor_dba(features: AudioFeatures) -> float | Undecided | None:
    """The noise floor in its pauses, in dBFS(A); None where no speech is found."""
    pauses = find_pauses(features)
    if pauses is None or isinstance(pauses, Undecided):
        return pauses
    return _level(features.weighted_powers[frames_within(features, pauses)])


def frames_within(features: AudioFeatures, stretches: Stretches) -> np.ndarray:
    """Which frames of the powers of a sound lie within stretches of it, bool (frames,)."""
    centres = np.arange(features.powers.shape[1]) * features.stft.hop_length
    reach = features.stft.fft_length // 2
    inside = np.zeros(len(centres), bool)
    for start, end in stretches:
        inside |= (start <= centres - reach) & (centres + reach <= end)
    return inside


def speech_dba(features: AudioFeatures) -> float | None:
    """The level of speech without pauses, in dBFS(A); None where no speech is found."""
    try:
        spoken = features.weighted_powers[features.spoken]
    except Unusable:
        return None
    return _level(spoken) if len(spoken) else None


def _level(powers: np.ndarray) -> float:
    """The level of the mean power in dB, at least `LOWEST_DB`."""
    return 10 * float(np.log10(np.mean(powers) + 10 ** (LOWEST_DB / 10)))
