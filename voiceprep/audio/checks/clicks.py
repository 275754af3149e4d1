"""Clicks: samples that linear prediction from their surroundings does not explain.

Each short frame is whitened by a linear prediction that is estimated from frames before and after
it, but not next to it: a click must not adapt the filter that is to reveal it. The residual is
compared with the residual nearby: breath is rough for longer and the pulses of a voice repeat, a
click does neither. A click within an s, or one much softer than the voice, is masked: in five
voices together 95 % of clicks 3 dB below the peak were found, and 83 % of those 10 dB below it. A
jump where samples are missing is found in half of the cases at most, and in some voices never.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...quality.check import Check, Measurement
from ..features import AudioFeatures

ORDER, FRAME_SECONDS, UNHEARD, FLOOR = 16, 0.024, 1e-3, 1e-7
# A frame's filter is estimated from those this many half frames before and after it.
AWAY = 3
BLOCK_SECONDS = 0.0005
# In blocks: how long a click rings through the filter, and the range it is compared with.
RING, AROUND = 3, 24
# A surrounding softer than this below the 95th percentile is taken to be at that level.
SOFT_DB = 10.0
LIMIT = 4.7


def read_clicks(features: AudioFeatures) -> Measurement | None:
    """The largest ratio of a residual peak to the peaks within 12 ms of it.

    None for a short sound, for all zeros, and where samples are not finite.
    """
    sound = features.sound
    size = max(round(BLOCK_SECONDS * sound.rate), 1)
    if features.broken or len(sound.samples) < 4 * AROUND * size or not np.any(sound.samples):
        return None
    rest = whitened(sound.samples, 2 * round(FRAME_SECONDS * sound.rate / 2))
    peaks = rest[: len(rest) // size * size].reshape(-1, size).max(axis=1)
    ratios = peaks / _surroundings(peaks)
    value, places = float(ratios.max()), np.flatnonzero(ratios > LIMIT) * size / sound.rate
    spans = tuple((float(place), float(place) + BLOCK_SECONDS) for place in places)
    when = int(ratios.argmax()) * size / sound.rate
    return Measurement(
        value, f"a click at {when:.3f} s, {value:.1f} times as sharp as its surroundings", spans
    )


def whitened(samples: np.ndarray, length: int) -> np.ndarray:
    """The absolute prediction error of each sample, float32."""
    from scipy.fft import next_fast_len

    hop = length // 2
    count = 1 + len(samples) // hop
    before = ORDER + hop // 2
    padded = np.pad(samples, (before, length + hop))
    filters = _predictors(sliding_window_view(padded[ORDER:], length)[::hop][:count])
    pieces = sliding_window_view(padded, hop + ORDER)[hop // 2 :: hop][:count]
    size = next_fast_len(hop + ORDER, real=True)
    rest = _convolved(pieces, filters, size)[:, ORDER : ORDER + hop].ravel()[: len(samples)]
    distances: np.ndarray = np.abs(rest)
    return distances


def _convolved(pieces: np.ndarray, filters: np.ndarray, size: int) -> np.ndarray:
    """Each piece through its own filter; the wrapped part lies in its first samples."""
    from scipy.fft import irfft, rfft

    filtered: np.ndarray = irfft(rfft(pieces, size) * rfft(filters, size), size)
    return filtered


def _predictors(frames: np.ndarray) -> np.ndarray:
    """For every frame, the prediction error filter of its neighbours, float32."""
    from scipy.fft import irfft, next_fast_len, rfft

    size = next_fast_len(2 * frames.shape[1], real=True)
    spectra = rfft(frames * np.hanning(frames.shape[1]).astype(np.float32), size)
    correlation = irfft(spectra.real**2 + spectra.imag**2, size)[:, : ORDER + 1]
    padded = np.pad(correlation, ((AWAY, AWAY), (0, 0)), mode="edge")
    correlation = padded[: -2 * AWAY] + padded[2 * AWAY :]
    correlation[:, 0] = correlation[:, 0] * (1 + UNHEARD) + FLOOR
    places = np.arange(ORDER)
    matrices = correlation[:, np.abs(places[:, None] - places)]
    weights = np.linalg.solve(matrices, correlation[:, 1:, None])[..., 0]
    return np.concatenate((np.ones((len(frames), 1)), -weights), axis=1).astype(np.float32)


def _surroundings(peaks: np.ndarray) -> np.ndarray:
    """The highest peak near each block, before or after it, without the block's own ringing."""
    highest = sliding_window_view(np.pad(peaks, AROUND), AROUND - RING + 1).max(axis=1)
    near = np.maximum(highest[: len(peaks)], highest[AROUND + RING :][: len(peaks)])
    least = np.percentile(peaks, 95) * 10 ** (-SOFT_DB / 20) + 1e-9
    surroundings: np.ndarray = np.maximum(near, least)
    return surroundings


CHECK = Check(
    name="clicks",
    reads="sound",
    measure=read_clicks,
    limit=LIMIT,
    unit="times its surroundings",
    usual="at most {limit:g} times is usual",
    advice="listen to it, and remove the click or leave the clip out",
)
