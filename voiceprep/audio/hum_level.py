"""The level of mains hum, as far as it is heard in pauses.

A voice hides hum, so that only pauses tell. In them all harmonics of the mains are fitted at once,
each sample weighted by how quiet its surroundings are. A harmonic is heard where it is above the
threshold that the other sound near it masks. Levels are A-weighted, as the ear hears low
frequencies softly, and relative to the speech, as clips are played and trained on at its level.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..quality.check import Undecided
from .features import AudioFeatures
from .hum import (
    DRIFT_SECONDS,
    RATE,
    SHORTEST_SECONDS,
    STRETCH_SECONDS,
    Hum,
    bases,
    levels,
    lower,
    search,
)
from .stft import hann_window

# The shortest pauses, together and in one window: five periods of 50 Hz.
LEAST_SECONDS = 0.1
# Harmonics lower than this above their neighbourhood in the whole sound are no hum.
LEAST_DB = 6.0
# A tone is masked this far below the noise in its critical band (Zwicker and Fastl, 1990).
MASKED_DB = -3.0
# The length of the spectrum that the mains frequency is found in: bins of 1/8 Hz.
FINE_SIZE = 8 * RATE
# How far noise alone may exceed its mean in one fitted harmonic, as a factor: once in 3000 times.
CHANCE = 8.0
# The neighbourhood of a harmonic on either side.
NEAR_HZ = 20.0
LOWEST_DB = -100.0
# Short pauses do not tell all harmonics apart: what this share of the power decides is left out.
TINY = 1e-7


@dataclass(frozen=True)
class HeardHum:
    """The hum that is heard in pauses.

    `lines` are the numbers of the harmonics that are heard, none where there is no hum; `level_db`
    is their level in dBFS, `weighted_db` the A-weighted level in dB relative to the speech, both at
    least -100 dB.
    """

    mains_hz: float
    lines: tuple[int, ...] = ()
    level_db: float = LOWEST_DB
    weighted_db: float = LOWEST_DB


def hear_hum(features: AudioFeatures) -> HeardHum | Undecided | None:
    """The hum that is heard in a clip's pauses; None where there is nothing to judge."""
    sound = features.sound
    if features.broken or not np.any(sound.samples):
        return None
    if sound.seconds < SHORTEST_SECONDS:
        return Undecided(f"it is shorter than {SHORTEST_SECONDS:g} s")
    if features.speech is None or not np.any(features.spoken):
        return Undecided("no speech is found in it")
    low, level = levels(lower(sound))
    pauses = _pauses(features, len(low))
    if not pauses or sum(_effective(1 / level[one]) for one in pauses) < LEAST_SECONDS * RATE:
        return Undecided(f"its pauses are too short, less than {LEAST_SECONDS:g} s of even noise")
    hum = search(low, level)
    if hum.height_db < LEAST_DB:
        return HeardHum(hum.mains_hz)
    hertz = _harmonics(low, level, pauses, hum)
    powers, heard = _fit_pauses(low, level, pauses, hertz)
    if not np.any(heard):
        return HeardHum(hum.mains_hz)
    weighted = _decibels(np.sum((powers * a_weights(hertz))[heard])) - _speech_dba(features)
    lines = tuple((np.flatnonzero(heard) + 1).tolist())
    return HeardHum(hum.mains_hz, lines, _decibels(np.sum(powers[heard])), max(weighted, LOWEST_DB))


def a_weights(hertz: np.ndarray) -> np.ndarray:
    """The A-weighting of IEC 61672 as factors of power."""
    squares = np.square(hertz, dtype=np.float64)
    low = np.sqrt((squares + 107.65265**2) * (squares + 737.86223**2))
    shares = 12194.217**2 * squares**2 / ((squares + 20.598997**2) * (squares + 12194.217**2) * low)
    weights: np.ndarray = 10**0.2 * np.square(shares)
    return weights


def critical_hz(hertz: np.ndarray) -> np.ndarray:
    """The equivalent rectangular bandwidth of hearing (Glasberg and Moore, 1990)."""
    return 24.7 * (4.37 * hertz / 1000 + 1)


def _pauses(features: AudioFeatures, count: int) -> list[np.ndarray]:
    """The places of room tone among `count` samples at 2400 Hz, by windows of four seconds."""
    quiet = np.zeros(count, bool)
    for stretch in features.speech.quiet if features.speech else ():
        # Digital silence is not what a microphone recorded.
        if np.ptp(features.sound.samples[slice(*stretch)]):
            first, last = (round(edge * RATE / features.sound.rate) for edge in stretch)
            quiet[first:last] = True
    windows = max(round(count / (STRETCH_SECONDS * RATE)), 1)
    edges = np.linspace(0, count, windows + 1).astype(int)
    places = [start + np.flatnonzero(quiet[start:end]) for start, end in pairwise(edges)]
    return [one for one in places if len(one) >= LEAST_SECONDS * RATE]


def _effective(weight: np.ndarray) -> float:
    """How many samples of equal weight tell as much."""
    return float(np.sum(weight) ** 2 / np.sum(np.square(weight)))


def _harmonics(
    low: np.ndarray, level: np.ndarray, pauses: list[np.ndarray], hum: Hum
) -> np.ndarray:
    """The frequencies of the harmonics: those near the mains with the highest power in pauses."""
    from scipy.fft import rfft

    numbers = np.arange(1, len(hum.heights_db) + 1)
    hertz = numbers * bases(hum.mains_hz)[:, None]
    places = np.rint(hertz * FINE_SIZE / RATE).astype(int)
    weights, power = a_weights(numbers * hum.mains_hz), np.zeros(len(hertz))
    for pause in pauses:
        samples = np.zeros(FINE_SIZE)
        samples[pause - pause[0]] = low[pause] / level[pause]
        power += np.square(np.abs(rfft(samples)[places])) @ weights
    found: np.ndarray = hertz[np.argmax(power)]
    return found


def _fit_pauses(
    low: np.ndarray, level: np.ndarray, pauses: list[np.ndarray], hertz: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The power of each harmonic in the pauses, and whether it is heard."""
    powers, densities, total = np.zeros(len(hertz)), np.zeros(len(hertz)), 0.0
    for places in pauses:
        weight = 1 / level[places]
        count = _effective(weight)
        own, rest = _fit(low[places], weight, places - places[0], hertz)
        powers, densities, total = powers + count * own, densities + count * rest, total + count
    # What the removal of drift left of each harmonic.
    kept = total * np.square(1 - np.sinc(DRIFT_SECONDS * hertz))
    masked = np.maximum(10 ** (MASKED_DB / 10) * critical_hz(hertz), CHANCE * RATE / total)
    return powers / kept, powers > densities * masked


def _fit(
    samples: np.ndarray, weight: np.ndarray, places: np.ndarray, hertz: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The power of each harmonic, and the power per Hz of the rest near it."""
    from scipy.fft import next_fast_len

    first = np.exp(2j * np.pi * hertz[0] / RATE * places)
    waves = np.cumprod(np.broadcast_to(first, (len(hertz), len(places))), axis=0)
    columns = np.concatenate([waves.real, waves.imag])
    weighted = columns * weight
    products = weighted @ columns.T
    products += TINY * np.trace(products) * np.eye(len(products))
    found = np.linalg.solve(products, weighted @ samples)
    rest = np.zeros(places[-1] + 1)
    rest[places] = weight * (samples - found @ columns)
    size = next_fast_len(len(rest), real=True)
    power = np.square(np.abs(np.fft.rfft(rest, size)))
    edges = np.rint(np.add.outer(hertz, (-NEAR_HZ, NEAR_HZ)) * size / RATE).astype(int)
    near = [float(np.mean(power[start:end])) for start, end in edges]
    density = 2 * np.array(near) / (np.sum(np.square(weight)) * RATE)
    return np.square(found).reshape(2, -1).sum(axis=0) / 2, density


def _speech_dba(features: AudioFeatures) -> float:
    """The A-weighted level of the speech in dB re full scale."""
    length = features.stft.fft_length
    weights = a_weights(np.arange(length // 2 + 1) * features.bin_hz)
    power = np.mean(weights @ features.powers[:, features.spoken])
    # The power of a frame is the sum over its bins, both sides, by the power of the window.
    return _decibels(2 * power / (length * np.sum(np.square(hann_window(features.stft)))))


def _decibels(power: float) -> float:
    return 10 * float(np.log10(power + 10 ** (LOWEST_DB / 10) * 1e-10))
