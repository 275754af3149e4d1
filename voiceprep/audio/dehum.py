"""Removal of mains hum: its harmonics are fitted mainly in pauses, and the fit is subtracted.

Every harmonic is a tone whose complex amplitude changes linearly within a window of four seconds.
All are fitted at once by least squares, each sample weighted by how quiet its surroundings are, to
separate the tones from the voice. The effect is a notch at each harmonic, a fraction of a hertz
wide and as deep as the harmonic is high, without phase shift and without ringing in pauses.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from .hum import RATE, STRETCH_SECONDS, find_hum, levels, lower
from .sound import Sound, Treated

# Harmonics lower than this above their neighbourhood are part of the noise.
LEAST_DB = 3.0
# The mains frequency is found to 0.01 Hz; each round refines it by the drift of the phase.
ROUNDS = 4


def dehum(sound: Sound) -> Treated:
    """A sound without its mains hum up to 1000 Hz; unchanged, with a note, where none is found."""
    hum = find_hum(sound)
    if hum is None or hum.height_db < LEAST_DB:
        return Treated(sound, "no hum was found to remove", {"height_db": 0.0})
    # All harmonics: a weak one may be masked, and the fit of an absent one removes nothing.
    numbers = np.arange(1, len(hum.heights_db) + 1)
    base, parts = _fit_all(sound, hum.base_hz, numbers)
    size = len(sound.samples)
    tones = _tones(size, sound.rate, sound.seconds, base * numbers, parts)
    samples = (sound.samples - tones).astype(np.float32)
    facts = {"height_db": round(hum.height_db, 2), "mains_hz": round(base, 4)}
    return Treated(Sound(samples, sound.rate), "", facts)


def _fit_all(sound: Sound, base: float, numbers: np.ndarray) -> tuple[float, list[np.ndarray]]:
    """The mains frequency, and the amplitudes of its harmonics in every window.

    Each round computes the weights from the residual of the round before.
    """
    low = lower(sound)
    left = low
    for turn in range(ROUNDS):
        weight = 1 / np.sqrt(levels(left)[1])
        parts = []
        for span in _stretches(sound.seconds):
            inside, times = _within(span, len(low), RATE)
            parts.append(_fit(low[inside], weight[inside], times, base * numbers))
        left = low - _tones(len(low), RATE, sound.seconds, base * numbers, parts)
        if turn < ROUNDS - 1:
            base += _off(np.array(parts), numbers)
    return base, parts


def _fit(
    samples: np.ndarray, weight: np.ndarray, times: np.ndarray, hertz: np.ndarray
) -> np.ndarray:
    """The complex amplitudes of the tones in the middle of a window, and their slopes (2, tones).

    A constant and a slope are fitted too, so that drift is not fitted by a tone.
    """
    turns = np.exp(2j * np.pi * hertz[:, None] * times)
    waves = np.concatenate([turns.real, turns.imag])
    columns = np.concatenate([waves, waves * times, [np.ones(len(times)), times]]) * weight
    found, *_ = np.linalg.lstsq(columns @ columns.T, columns @ (samples * weight), rcond=None)
    strengths: npt.NDArray[np.float64] = found[:-2].reshape(2, 2, len(hertz))
    return strengths[:, 0] - 1j * strengths[:, 1]


def _off(parts: np.ndarray, numbers: np.ndarray) -> float:
    """The frequency error in Hz, from the phase drift of all harmonics (windows, 2, harmonics)."""
    now, slope = parts[:, 0], parts[:, 1]
    turning = np.sum(numbers * np.imag(slope * np.conj(now))) / (2 * np.pi)
    return float(turning / max(np.sum(np.square(numbers) * np.square(np.abs(now))), 1e-30))


def _tones(
    count: int, rate: int, seconds: float, hertz: np.ndarray, parts: list[np.ndarray]
) -> np.ndarray:
    """`count` samples of the tones, crossfaded between windows, float64 (samples,)."""
    total, share = np.zeros(count), np.zeros(count)
    for span, (now, slope) in zip(_stretches(seconds), parts, strict=True):
        inside, times = _within(span, count, rate)
        fade = np.sin(np.pi * (np.arange(len(times)) + 0.5) / len(times))
        own = np.zeros(len(times))
        for line, level, change in zip(hertz, now, slope, strict=True):
            own += ((level + change * times) * np.exp(2j * np.pi * line * times)).real
        total[inside] += fade * own
        share[inside] += fade
    return total / share


def _stretches(seconds: float) -> Iterator[tuple[float, float]]:
    """Windows that overlap by half or more, evenly spaced over a sound."""
    last = max(seconds - STRETCH_SECONDS, 0.0)
    count = 1 + int(np.ceil(last / (STRETCH_SECONDS / 2)))
    for start in np.linspace(0.0, last, count):
        yield float(start), float(min(start + STRETCH_SECONDS, seconds))


def _within(span: tuple[float, float], count: int, rate: int) -> tuple[slice, np.ndarray]:
    """Which of `count` samples lie in a span, and their times from its middle in seconds."""
    first, last = (min(round(edge * rate), count) for edge in span)
    return slice(first, last), np.arange(first, last) / rate - sum(span) / 2
