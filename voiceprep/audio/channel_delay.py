"""How much later the sound reaches one channel of a recording than another.

The cross-correlation of two channels over a few loud stretches, each normalised, peaks where one is
shifted by the delay. It is taken up to 5 kHz and weighted by frequency, which flattens the spectrum
of speech, so that the peak is narrow.
"""

import numpy as np

# At most one stretch from each part of a block; the loudest are kept.
STRETCH_SECONDS = 0.06
PART = 1 << 13
MOST_STRETCHES = 6
# Two copies less than 0.1 ms apart cancel only above 5 kHz; more than 2 ms apart they are an echo.
SHORTEST, LONGEST, HIGHEST_HZ = 0.0001, 0.002, 5000
# Delays are looked for a little beyond, so that a peak at the edge is seen as a whole.
MARGIN = 1.25
# The same sound correlates by more than this, in most stretches at the same delay, and a periodic
# sound at several delays.
SAME, AGREEING, SECOND_PEAK = 0.5, 0.75, 0.8


class Stretches:
    """The loudest stretches of a sound of several channels, as it is streamed elsewhere."""

    def __init__(self, rate: int):
        self.rate = rate
        self._kept: list[tuple[float, np.ndarray]] = []

    def add(self, channels: np.ndarray, loudest: int) -> None:
        """Keep the loud stretches of a block of shape (channels, frames)."""
        length, frames = int(STRETCH_SECONDS * self.rate), channels.shape[1]
        for start in range(0, frames if frames >= length else 0, PART):
            place = start + int(channels[loudest, start : start + PART].argmax())
            peak = float(channels[loudest, place])
            if len(self._kept) < MOST_STRETCHES or peak > self._kept[-1][0]:
                first = max(min(place - length // 2, frames - length), 0)
                self._kept.append((peak, channels[:, first : first + length].copy()))
                self._kept.sort(key=lambda kept: -kept[0])
                del self._kept[MOST_STRETCHES:]

    def delays(self, reference: int) -> np.ndarray | None:
        """By how many seconds each channel is later than the `reference`; NaN where it differs.

        None where nothing was kept.
        """
        if not self._kept:
            return None
        step = max(self.rate // (4 * HIGHEST_HZ), 1)
        rate = self.rate / step
        stretches = _thinned(np.stack([stretch for _, stretch in self._kept]), step)
        most = int(LONGEST * MARGIN * rate) + 1
        # Zeros leave room for the longest lag; a multiple of 256 is fast to transform.
        length = -(-(stretches.shape[2] + most) // 256) * 256
        spectra = _spectra(stretches, length, rate)
        delays = np.zeros(spectra.shape[1])
        for channel in set(range(len(delays))) - {reference}:
            crossed = spectra[:, channel] * np.conj(spectra[:, reference])
            lags = np.fft.irfft(crossed, length)
            correlations = np.concatenate([lags[:, -most:], lags[:, : most + 1]], axis=1)
            delays[channel] = _delay(correlations, most) / rate
        return delays


def _thinned(stretches: np.ndarray, step: int) -> np.ndarray:
    """The sums of every `step` frames: enough for what lies far below the sampling rate."""
    frames = stretches.shape[2] - stretches.shape[2] % step
    thinned = stretches[:, :, :frames:step].copy()
    for place in range(1, step):
        thinned += stretches[:, :, place:frames:step]
    return thinned


def _spectra(stretches: np.ndarray, length: int, rate: float) -> np.ndarray:
    """Spectra up to 5 kHz, weighted by frequency, of power 1; (stretches, channels, bins)."""
    bins = min(int(HIGHEST_HZ * length / rate), length // 2) + 1
    spectra: np.ndarray = np.fft.rfft(stretches, length)[:, :, :bins] * np.arange(bins, dtype="f4")
    power = np.sum(spectra.real**2 + spectra.imag**2, axis=2, keepdims=True)
    spectra *= np.where(power > 0, length / 2 / np.maximum(power, 1e-30), 0) ** 0.5
    return spectra


def _delay(correlations: np.ndarray, most: int) -> float:
    """The delay in frames by (stretches, lags) of two channels; NaN where they are not the same."""
    mean = np.abs(correlations.mean(axis=0))
    peak = int(mean.argmax())
    own_peaks = np.abs(correlations).argmax(axis=1)
    agreeing = np.mean(np.abs(own_peaks - peak) <= 1)
    if mean[peak] < SAME or agreeing < AGREEING or not 0 < peak < len(mean) - 1:
        return float("nan")
    if _second_peak(mean, peak) > SECOND_PEAK * mean[peak]:
        return float("nan")
    before, at, after = mean[peak - 1 : peak + 2]
    curve = before - 2 * at + after
    return peak - most + float(0.5 * (before - after) / curve if curve else 0.0)


def _second_peak(mean: np.ndarray, peak: int) -> float:
    """The highest value outside of the slopes of the peak."""
    rises = np.diff(mean)
    left = np.flatnonzero(rises[:peak] < 0)
    right = np.flatnonzero(rises[peak:] > 0)
    before = mean[: left[-1] + 1] if len(left) else mean[:0]
    after = mean[peak + right[0] + 1 :] if len(right) else mean[:0]
    return float(max(before.max(initial=0.0), after.max(initial=0.0)))
