"""Mains hum taken out: its lines are fitted where nobody speaks, and what fits is subtracted.

Every line is a tone whose strength and phase may move along a straight line within a stretch of
four seconds; least squares, each moment weighted by how quiet it is, tell the tones from the
voice, and all lines are fitted at once. That is a notch at each line, a fraction of a hertz wide
and just as deep as the line is high, that shifts no phase and rings into no pause.
"""

from collections.abc import Iterator

import numpy as np

from .hum import RATE, STRETCH_SECONDS, find_hum, levels, lower
from .sound import Sound, Treated

# Less than this over their neighbourhood, the lines are part of the noise.
LEAST_DB = 3.0
# The mains are found to within a hundredth of a hertz; how their phase turns tells them better.
ROUNDS = 4


def dehum(sound: Sound) -> Treated:
    """A sound without its mains hum up to 1000 Hz; as it is, told, where there is none to find."""
    hum = find_hum(sound)
    if hum is None or hum.height_db < LEAST_DB:
        return Treated(sound, "no hum was found to take out", {"hum_db": 0.0})
    # All of them: a weak one may be hidden by what is beside it; a fit to nothing takes nothing.
    numbers = np.arange(1, len(hum.heights_db) + 1)
    base, parts = _fit_all(sound, hum.base_hz, numbers)
    size = len(sound.samples)
    tones = _tones(size, sound.rate, sound.seconds, base * numbers, parts)
    samples = (sound.samples - tones).astype(np.float32)
    facts = {"hum_db": round(hum.height_db, 2), "mains_hz": round(base, 4)}
    return Treated(Sound(samples, sound.rate), "", facts)


def _fit_all(sound: Sound, base: float, numbers: np.ndarray) -> tuple[float, list[np.ndarray]]:
    """The frequency of the mains, and the strengths of their lines in every stretch.

    Each round weighs the moments by what is left when the tones of the one before are gone.
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
    """The complex strengths of the tones in the middle of a stretch, and their slopes (2, tones).

    A constant and a slope are fitted too, so that what moves slowly is not taken for a tone.
    """
    turns = np.exp(2j * np.pi * hertz[:, None] * times)
    waves = np.concatenate([turns.real, turns.imag])
    columns = np.concatenate([waves, waves * times, [np.ones(len(times)), times]]) * weight
    found, *_ = np.linalg.lstsq(columns @ columns.T, columns @ (samples * weight), rcond=None)
    strengths = found[:-2].reshape(2, 2, len(hertz))
    return strengths[:, 0] - 1j * strengths[:, 1]


def _off(parts: np.ndarray, numbers: np.ndarray) -> float:
    """By how many Hz the mains are off, by the turn of phase of all lines (stretches, 2, lines)."""
    now, slope = parts[:, 0], parts[:, 1]
    turning = np.sum(numbers * np.imag(slope * np.conj(now))) / (2 * np.pi)
    return float(turning / max(np.sum(np.square(numbers) * np.square(np.abs(now))), 1e-30))


def _tones(
    count: int, rate: int, seconds: float, hertz: np.ndarray, parts: list[np.ndarray]
) -> np.ndarray:
    """So many samples of the tones, one stretch fading into the next, float64 (samples,)."""
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
    """Stretches that overlap by half, evenly laid over a sound."""
    last = max(seconds - STRETCH_SECONDS, 0.0)
    count = 1 + int(np.ceil(last / (STRETCH_SECONDS / 2)))
    for start in np.linspace(0.0, last, count):
        yield float(start), float(min(start + STRETCH_SECONDS, seconds))


def _within(span: tuple[float, float], count: int, rate: int) -> tuple[slice, np.ndarray]:
    """Which of `count` samples lie in a span, and their times from its middle in seconds."""
    first, last = (min(round(edge * rate), count) for edge in span)
    return slice(first, last), np.arange(first, last) / rate - sum(span) / 2
