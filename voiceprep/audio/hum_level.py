"""The level of mains hum, as far as it is heard beside the speech.

A voice changes and pauses, hum does neither. All harmonics of the mains are fitted at once to the
whole clip, each sample weighted by how quiet its surroundings are: the shortest gaps between words
count together. A harmonic is heard where it is above the threshold that the other sound near it
masks. Levels are A-weighted, as the ear hears low frequencies softly, and relative to the speech,
as clips are played and trained on at its level.
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
    local_powers,
    lower,
    search,
)
from .stft import hann_window
from .weighting import a_weights

# The least time of even weight: five periods of 50 Hz.
LEAST_SECONDS = 0.1
# How far below the mean level the weight still rises. Hum that counts is louder; where it went on,
# a few fading periods alone would decide.
DEEPEST_DB = 40.0
# The highest power of digital silence, which is not what a microphone recorded.
SILENT = 1e-12
# Harmonics lower than this above their neighbourhood in the whole sound are no hum.
LEAST_DB = 6.0
# A tone is masked this far below the noise in its critical band (Zwicker and Fastl, 1990).
MASKED_DB = -3.0
# Without pauses, hum this far under the speech must be heard, or a voice may hide it.
HIDDEN_DB = -30.0
# The length of the spectrum that the mains frequency is found in: bins of 1/8 Hz.
FINE_SIZE = 8 * RATE
# How far noise alone may exceed its mean in one fitted harmonic, as a factor: once in 3000 times.
CHANCE = 8.0
# The neighbourhood of a harmonic on either side.
NEAR_HZ = 20.0
LOWEST_DB = -100.0
# Short pauses do not tell all harmonics apart: what this share of the power decides is left out.
TINY = 1e-7
# The phases of one period of the mains that are told apart.
PHASES = 2048


@dataclass(frozen=True)
class HeardHum:
    """The hum that is heard.

    `lines` are the numbers of the harmonics that are heard, none where there is no hum; `level_db`
    is their level in dBFS, `weighted_db` the A-weighted level in dB relative to the speech, both at
    least -100 dB. It is not `sure` where the voice never pauses and may hide the rest.
    """

    mains_hz: float
    lines: tuple[int, ...] = ()
    level_db: float = LOWEST_DB
    weighted_db: float = LOWEST_DB
    sure: bool = True


def hear_hum(features: AudioFeatures) -> HeardHum | Undecided | None:
    """The hum that is heard in a clip; None where there is nothing to judge."""
    sound = features.sound
    if features.broken or not np.any(sound.samples):
        return None
    if sound.seconds < SHORTEST_SECONDS:
        return Undecided(f"it is shorter than {SHORTEST_SECONDS:g} s")
    if features.speech is None or not np.any(features.spoken):
        return Undecided("no speech is found in it")
    low, power = local_powers(lower(sound))
    level = power + 10 ** (-DEEPEST_DB / 10) * np.mean(power)
    windows = _windows(low, np.where(power > SILENT, 1 / level, 0))
    if sum(_effective(weight) for _, weight in windows) < LEAST_SECONDS * RATE:
        return Undecided(f"its pauses are too short, less than {LEAST_SECONDS:g} s of even noise")
    hum = search(low, level)
    pausing = _quiet_seconds(features) >= LEAST_SECONDS
    if hum.height_db < LEAST_DB and pausing:
        return HeardHum(hum.mains_hz)
    hertz = _harmonics(windows, hum)
    powers, thresholds = _fit_all(windows, hertz)
    speech, loudness = _speech_dba(features), a_weights(hertz)
    sure = pausing or _decibels(np.sum(thresholds * loudness)) - speech <= HIDDEN_DB
    heard = powers > thresholds
    if hum.height_db < LEAST_DB or not np.any(heard):
        return HeardHum(hum.mains_hz, sure=sure)
    weighted = max(_decibels(np.sum((powers * loudness)[heard])) - speech, LOWEST_DB)
    lines = tuple((np.flatnonzero(heard) + 1).tolist())
    return HeardHum(hum.mains_hz, lines, _decibels(np.sum(powers[heard])), weighted, sure)


def critical_hz(hertz: np.ndarray) -> np.ndarray:
    """The equivalent rectangular bandwidth of hearing (Glasberg and Moore, 1990)."""
    return 24.7 * (4.37 * hertz / 1000 + 1)


def _quiet_seconds(features: AudioFeatures) -> float:
    """How long room tone lasts that is not digital silence."""
    sound = features.sound
    quiet = features.speech.quiet if features.speech else ()
    return sum(end - start for start, end in quiet if np.ptp(sound.samples[start:end])) / sound.rate


def _windows(low: np.ndarray, weights: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Samples and weights by windows of four seconds, without those that are silent."""
    count = max(round(len(low) / (STRETCH_SECONDS * RATE)), 1)
    edges = np.linspace(0, len(low), count + 1).astype(int)
    windows = [(low[start:end], weights[start:end]) for start, end in pairwise(edges)]
    return [(samples, weight) for samples, weight in windows if np.any(weight)]


def _effective(weight: np.ndarray) -> float:
    """How many samples of equal weight tell as much."""
    return float(np.sum(weight) ** 2 / np.sum(np.square(weight)))


def _harmonics(windows: list[tuple[np.ndarray, np.ndarray]], hum: Hum) -> np.ndarray:
    """The frequencies of the harmonics: those near the mains with the highest weighted power."""
    from scipy.fft import rfft

    numbers = np.arange(1, len(hum.heights_db) + 1)
    hertz = numbers * bases(hum.mains_hz)[:, None]
    places = np.rint(hertz * FINE_SIZE / RATE).astype(int)
    loudness, power = a_weights(numbers * hum.mains_hz), np.zeros(len(hertz))
    for samples, weight in windows:
        power += np.square(np.abs(rfft(samples * weight, FINE_SIZE)[places])) @ loudness
    found: np.ndarray = hertz[np.argmax(power)]
    return found


def _fit_all(
    windows: list[tuple[np.ndarray, np.ndarray]], hertz: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The power of each harmonic in the clip, and the power from which on it is heard."""
    powers, densities, total = np.zeros(len(hertz)), np.zeros(len(hertz)), 0.0
    for samples, weight in windows:
        count = _effective(weight)
        own, rest = _fit(samples, weight, hertz)
        powers, densities, total = powers + count * own, densities + count * rest, total + count
    # What the removal of drift left of each harmonic.
    kept = total * np.square(1 - np.sinc(DRIFT_SECONDS * hertz))
    masked = np.maximum(10 ** (MASKED_DB / 10) * critical_hz(hertz), CHANCE * RATE / total)
    return powers / kept, densities * masked / kept


def _fit(
    samples: np.ndarray, weight: np.ndarray, hertz: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The power of each harmonic, and the power per Hz of the rest near it."""
    from scipy.fft import next_fast_len, rfft

    phases = (np.arange(len(samples)) * (hertz[0] / RATE) % 1 * PHASES).astype(int)
    found = _amplitudes(
        rfft(np.bincount(phases, weight, PHASES)),
        rfft(np.bincount(phases, weight * samples, PHASES)),
        len(hertz),
    )
    period = np.fft.irfft(np.concatenate([[0], found]) * (PHASES / 2), PHASES)
    size = next_fast_len(len(samples), real=True)
    power = np.square(np.abs(rfft(weight * (samples - period[phases]), size)))
    edges = np.rint(np.add.outer(hertz, (-NEAR_HZ, NEAR_HZ)) * size / RATE).astype(int)
    near = [float(np.mean(power[start:end])) for start, end in edges]
    density = 2 * np.array(near) / (np.sum(np.square(weight)) * RATE)
    return np.square(np.abs(found)) / 2, density


def _amplitudes(weights: np.ndarray, products: np.ndarray, count: int) -> np.ndarray:
    """The complex amplitudes of the harmonics by weighted least squares.

    Both are spectra over one period of the mains: of the weights, and of weights times samples.
    """
    numbers = np.arange(1, count + 1)
    apart, together = np.subtract.outer(numbers, numbers), np.add.outer(numbers, numbers)
    minus, plus = weights[np.abs(apart)], weights[together]
    minus = np.where(apart < 0, minus.conj(), minus)
    # The sums of products of cosines and sines, by their sums and differences of frequencies.
    mixed = (minus.imag - plus.imag) / 2
    normal = np.block(
        [[(minus.real + plus.real) / 2, mixed], [mixed.T, (minus.real - plus.real) / 2]]
    )
    normal += TINY * np.trace(normal) * np.eye(len(normal))
    own = products[numbers]
    cosines, sines = np.linalg.solve(normal, np.concatenate([own.real, -own.imag])).reshape(2, -1)
    found: np.ndarray = cosines - 1j * sines
    return found


def _speech_dba(features: AudioFeatures) -> float:
    """The A-weighted level of the speech in dB re full scale."""
    length = features.stft.fft_length
    weights = a_weights(np.arange(length // 2 + 1) * features.bin_hz)
    power = np.mean(weights @ features.powers[:, features.spoken])
    # The power of a frame is the sum over its bins, both sides, by the power of the window.
    return _decibels(2 * power / (length * np.sum(np.square(hann_window(features.stft)))))


def _decibels(power: float) -> float:
    return 10 * float(np.log10(power + 10 ** (LOWEST_DB / 10) * 1e-10))
