"""The levels of a sound in 24 bands, every 5 ms."""

from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .sound import Sound

HOP_SECONDS, WINDOW_SECONDS = 0.005, 0.02
BANDS, LOWEST_HZ, HIGHEST_HZ = 24, 80.0, 10000.0
# White noise this far below the mean power is added to every sound, so that the result does not
# depend on its level and dither.
ADDED_NOISE_DB = 58.0
# Up to this level above that noise a frame is digital silence.
SILENT_DB = 3.0
# Frames in a block: few enough to stay in the cache.
BLOCK = 128


def hop_length(rate: int) -> int:
    """The hop in samples: ends of speech lie on this grid."""
    return max(round(rate * HOP_SECONDS), 1)


def band_powers(sound: Sound) -> tuple[np.ndarray, np.ndarray]:
    """The mean band powers every 5 ms, (frames, bands), and which frames are digital silence."""
    from scipy.fft import rfft

    hop, window = hop_length(sound.rate), round(sound.rate * WINDOW_SECONDS)
    weights, shape = _filters(sound.rate, window)
    half = window // 2
    mode: Literal["reflect", "constant"] = "reflect" if len(sound.samples) > window else "constant"
    padded = np.pad(sound.samples, (half, half + hop), mode=mode)
    frames = sliding_window_view(padded, window)[::hop][: 1 + len(sound.samples) // hop]
    powers = np.empty((len(frames), BANDS), np.float32)
    windowed = np.zeros((BLOCK, _fft_length(window)), np.float32)
    for start in range(0, len(frames), BLOCK):
        block = frames[start : start + BLOCK]
        np.multiply(block, shape, out=windowed[: len(block), :window])
        spectrum = rfft(windowed[: len(block)]).view(np.float32)
        np.matmul(np.square(spectrum, out=spectrum), weights, out=powers[start : start + BLOCK])
    added_noise = np.float32(10 ** (-ADDED_NOISE_DB / 10)) * powers.mean()
    return powers + added_noise, powers.mean(axis=1) < 10 ** (SILENT_DB / 10) * added_noise


def _fft_length(window: int) -> int:
    return 1 << (window - 1).bit_length()


@lru_cache
def _filters(rate: int, window: int) -> tuple[np.ndarray, np.ndarray]:
    """The means over bands as one matrix, and the window.

    The matrix has a row for the real part of every bin and one for the imaginary part.
    """
    hz = np.fft.rfftfreq(_fft_length(window), 1 / rate)
    first = np.searchsorted(hz, band_edges(rate))
    weights = np.zeros((len(hz), BANDS), np.float32)
    for band, (start, end) in enumerate(pairwise(first)):
        end = max(end, start + 1)
        weights[start:end, band] = 1 / (end - start)
    return np.repeat(weights, 2, axis=0), np.hanning(window).astype(np.float32)


def band_edges(rate: int) -> np.ndarray:
    """The edges of the bands in Hz, evenly spaced on the mel scale."""
    highest = min(HIGHEST_HZ, 0.485 * rate)
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, highest))
    return 700 * (10 ** (np.linspace(low, high, BANDS + 1) / 2595) - 1)
