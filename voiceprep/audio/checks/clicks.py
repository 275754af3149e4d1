"""Clicks: moments that nothing around them tells of.

Each short frame is whitened by a linear prediction that is learnt from frames before and after
it, and no frame near a click learns from the click: so it cannot teach the filter that is to
show it. What is left is held against
what is left close by: breath is as rough for long, and a voice's pulses come again, a click does
neither. A click in an s, or one much softer than the voice, is hidden: of those 3 dB below the peak
nineteen in twenty were found in five voices together, of those 10 dB below it five in six. A jump
where samples are missing is found one time in two at the most, and in some voices never.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...check import Check, Reading
from ..hearing import Hearing

ORDER, FRAME_SECONDS, UNHEARD, FLOOR = 16, 0.024, 1e-3, 1e-7
# A frame learns from those so many half frames before and after it.
AWAY = 3
BLOCK_SECONDS = 0.0005
# In blocks: how far a click rings through the filter, and how far is looked around it.
RING, AROUND = 3, 24
# What is so far below the rough moments of the sound is held against that level instead.
SOFT_DB = 10.0
LIMIT = 4.7


def read_clicks(hearing: Hearing) -> Reading | None:
    """How many times the sharpest moment stands out of all within 12 ms.

    None for a short sound, for nothing but zeros, and where some samples are no numbers.
    """
    sound = hearing.sound
    size = max(round(BLOCK_SECONDS * sound.rate), 1)
    if hearing.broken or len(sound.samples) < 4 * AROUND * size or not np.any(sound.samples):
        return None
    rest = whitened(sound.samples, 2 * round(FRAME_SECONDS * sound.rate / 2))
    peaks = rest[: len(rest) // size * size].reshape(-1, size).max(axis=1)
    ratios = peaks / _surroundings(peaks)
    value, places = float(ratios.max()), np.flatnonzero(ratios > LIMIT) * size / sound.rate
    spans = tuple((float(place), float(place) + BLOCK_SECONDS) for place in places)
    when = int(ratios.argmax()) * size / sound.rate
    return Reading(value, f"at {when:.3f} s, {value:.1f} times as sharp as all near it", spans)


def whitened(samples: np.ndarray, length: int) -> np.ndarray:
    """How far each sample is from what its frame's neighbours predict, float32."""
    from scipy.fft import next_fast_len

    hop = length // 2
    count = 1 + len(samples) // hop
    before = ORDER + hop // 2
    padded = np.pad(samples, (before, length + hop))
    filters = _predictors(sliding_window_view(padded[ORDER:], length)[::hop][:count])
    pieces = sliding_window_view(padded, hop + ORDER)[hop // 2 :: hop][:count]
    size = next_fast_len(hop + ORDER, real=True)
    return np.abs(_convolved(pieces, filters, size)[:, ORDER : ORDER + hop].ravel()[: len(samples)])


def _convolved(pieces: np.ndarray, filters: np.ndarray, size: int) -> np.ndarray:
    """Each piece through its own filter; what wraps around falls on its first samples."""
    from scipy.fft import irfft, rfft

    return irfft(rfft(pieces, size) * rfft(filters, size), size)


def _predictors(frames: np.ndarray) -> np.ndarray:
    """For every frame, the filter that takes away what its neighbours predict, float32."""
    from scipy.fft import irfft, next_fast_len, rfft

    size = next_fast_len(2 * frames.shape[1], real=True)
    spectra = rfft(frames * np.hanning(frames.shape[1]).astype(np.float32), size)
    likeness = irfft(spectra.real**2 + spectra.imag**2, size)[:, : ORDER + 1]
    padded = np.pad(likeness, ((AWAY, AWAY), (0, 0)), mode="edge")
    likeness = padded[: -2 * AWAY] + padded[2 * AWAY :]
    likeness[:, 0] = likeness[:, 0] * (1 + UNHEARD) + FLOOR
    places = np.arange(ORDER)
    matrices = likeness[:, np.abs(places[:, None] - places)]
    weights = np.linalg.solve(matrices, likeness[:, 1:, None])[..., 0]
    return np.concatenate((np.ones((len(frames), 1)), -weights), axis=1).astype(np.float32)


def _surroundings(peaks: np.ndarray) -> np.ndarray:
    """The highest peak near each block, before it or after it, the block's own ringing left out."""
    highest = sliding_window_view(np.pad(peaks, AROUND), AROUND - RING + 1).max(axis=1)
    near = np.maximum(highest[: len(peaks)], highest[AROUND + RING :][: len(peaks)])
    return np.maximum(near, np.percentile(peaks, 95) * 10 ** (-SOFT_DB / 20) + 1e-9)


CHECK = Check(
    name="clicks",
    reads="sound",
    measure=read_clicks,
    limit=LIMIT,
    unit="times what is near",
    advice="listen to it, and take the click out or leave the clip out",
)
