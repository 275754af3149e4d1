"""The pitch of a voice, frame by frame.

The difference function of YIN (de Cheveigné and Kawahara, 2002), computed for all frames at once
from autocorrelations at a low sampling rate, which keeps the harmonics that matter.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import soxr
from numpy.lib.stride_tricks import sliding_window_view

from .quantiles import quantile
from .sound import Sound

LOW_RATE = 4000
LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0
HOP_SECONDS, WINDOW_SECONDS = 0.016, 0.04
# The first dip below the first threshold is the period, else the deepest one below the second. A
# frame without either is voiced by a dip below the third where one beside it has the same period,
# within so many octaves: the periods of a rough voice differ, but noise has none that lasts.
CLEAR, VOICED, ROUGH = 0.15, 0.3, 0.5
SAME_OCTAVES = 0.1
# Frames this far below the loud ones are not voiced.
RANGE_DB = 35.0
OCTAVE, OCTAVE_SLACK = 1.0, 0.25


@dataclass(frozen=True)
class Pitch:
    """The pitch of every frame, `HOP_SECONDS` apart, in Hz; NaN where it is not voiced."""

    hz: npt.NDArray[np.float64]

    @cached_property
    def voiced(self) -> npt.NDArray[np.float64]:
        """The pitch of voiced frames alone, in Hz."""
        return self.hz[np.isfinite(self.hz)]

    @property
    def jumps(self) -> npt.NDArray[np.bool_]:
        """Where the pitch is half or twice that of the previous frame, bool (frames,)."""
        step = np.abs(np.diff(np.log2(self.hz), prepend=np.nan))
        is_jump: npt.NDArray[np.bool_] = np.abs(step - OCTAVE) < OCTAVE_SLACK
        return is_jump


def find_pitch(sound: Sound) -> Pitch:
    """The pitch of a voice between 60 and 500 Hz; frame k is centred at `k * HOP_SECONDS`."""
    low = soxr.resample(sound.samples, sound.rate, LOW_RATE, quality="MQ")
    window, longest = round(WINDOW_SECONDS * LOW_RATE), round(LOW_RATE / LOWEST_HZ) + 1
    hop, reach = round(HOP_SECONDS * LOW_RATE), window + longest
    padded = np.pad(low, (reach // 2, reach - reach // 2))
    frames = sliding_window_view(padded, reach)[::hop]
    differences = _differences(frames, window, longest)
    lag, depth = _dips(differences)
    power = np.square(frames).mean(axis=1)
    loud = power > 10 ** (-RANGE_DB / 10) * quantile(power, 0.95)
    hz = LOW_RATE / np.maximum(lag, 1)
    rough = np.where(loud & (depth < ROUGH) & (hz < HIGHEST_HZ), hz, np.nan)
    return Pitch(np.where((depth < VOICED) | _lasts(rough), rough, np.nan))


def _lasts(hz: np.ndarray) -> np.ndarray:
    """Whether the frame before or after each has the same pitch, bool (frames,)."""
    same = np.abs(np.diff(np.log2(hz))) < SAME_OCTAVES
    lasts: np.ndarray = np.append(same, False) | np.append(False, same)
    return lasts[: len(hz)]


def _differences(frames: np.ndarray, window: int, longest: int) -> np.ndarray:
    """The cumulative mean normalised difference of every frame at lags 0 to `longest`."""
    from scipy.fft import irfft, next_fast_len, rfft

    size = next_fast_len(frames.shape[1], real=True)
    product = np.conj(rfft(frames[:, :window], size)) * rfft(frames, size)
    correlation = irfft(product, size)[:, : longest + 1]
    sums = np.cumsum(np.square(frames), axis=1, dtype=np.float64)
    sums = np.pad(sums, ((0, 0), (1, 0)))
    power = sums[:, window : window + longest + 1] - sums[:, : longest + 1]
    difference = np.maximum(power[:, :1] + power - 2 * correlation, 0)
    lags = np.arange(1, longest + 1)
    mean = np.cumsum(difference[:, 1:], axis=1) / lags
    normal: np.ndarray = np.ones_like(difference)
    np.divide(difference[:, 1:], mean, out=normal[:, 1:], where=mean > 0)
    return normal


def _dips(differences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The period of every frame in fractional samples, and the depth of its dip."""
    shortest = int(LOW_RATE / HIGHEST_HZ)
    inner = differences[:, shortest:-1]
    is_dip = (inner <= differences[:, shortest - 1 : -2]) & (inner < differences[:, shortest + 1 :])
    depths = np.where(is_dip, inner, np.inf)
    clear = depths < CLEAR
    place = np.where(clear.any(axis=1), clear.argmax(axis=1), depths.argmin(axis=1))
    rows, place = np.arange(len(inner)), place + shortest
    before, here, after = (differences[rows, place + step] for step in (-1, 0, 1))
    curvature = before - 2 * here + after
    shift = np.zeros_like(here)
    np.divide((before - after) / 2, curvature, out=shift, where=curvature > 0)
    return place + np.clip(shift, -0.5, 0.5), np.where(is_dip[rows, place - shortest], here, 1.0)
