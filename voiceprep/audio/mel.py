"""The one mel spectrogram of the project: what Tacotron 2 learns to say and WaveGlow to sound."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..config import setting
from ..errors import SettingError
from .stft import StftConfig, frame_count, magnitude_blocks

# Slaney's mel scale: linear up to 1 kHz, then 27 steps for each factor of 6.4.
LINEAR_HZ = 200 / 3
KNEE_HZ = 1000.0
KNEE_MEL = KNEE_HZ / LINEAR_HZ
LOG_STEP = np.log(6.4) / 27

# Neighbouring filters share few bins: multiplied this many at a time, most zeros are left out.
BAND = 16


@dataclass(frozen=True)
class MelConfig(StftConfig):
    """What makes two mels comparable; raises SettingError for values that clash."""

    mel_channels: int = setting(80, "filters of the mel spectrogram")
    fmin_hz: float = setting(0.0, "where the lowest filter begins")
    fmax_hz: float = setting(8000.0, "where the highest filter ends")
    log_floor: float = setting(1e-5, "the smallest mel before its natural logarithm is taken")

    def __post_init__(self):
        super().__post_init__()
        if self.mel_channels < 1:
            raise SettingError(
                f"mel_channels = {self.mel_channels}: at least 1 is wanted", "mel_channels"
            )
        if not 0 <= self.fmin_hz < self.fmax_hz:
            raise SettingError(
                f"fmin_hz = {self.fmin_hz}: from 0 to below {self.fmax_hz}, the fmax_hz, is wanted",
                "fmin_hz",
            )
        if self.fmax_hz > self.rate / 2:
            raise SettingError(
                f"fmax_hz = {self.fmax_hz}: at most {self.rate / 2}, half the rate, is wanted",
                "fmax_hz",
            )
        if not 1e-30 <= self.log_floor <= 1:
            raise SettingError(
                f"log_floor = {self.log_floor}: from 1e-30 to 1 is wanted", "log_floor"
            )


def log_mel(samples: np.ndarray, config: MelConfig) -> np.ndarray:
    """The natural logarithm of the mel spectrogram, float32 (mel_channels, frames).

    `samples` is float32 of shape (n,) in [-1, 1] and gives 1 + n // hop_length frames. Raises
    Unusable for sound that is shorter than half a transform, not finite or beyond full scale.
    """
    mel = linear_mel(samples, config)
    np.maximum(mel, np.float32(config.log_floor), out=mel)
    return np.log(mel, out=mel)


def linear_mel(samples: np.ndarray, config: MelConfig) -> np.ndarray:
    """The mel spectrogram before its logarithm, otherwise as `log_mel`.

    It is computed in float64, as float32 alone is wrong by 1e-6 for a loud tone and by a
    hundredth after the logarithm in the quiet channels beside it.
    """
    bands = _bands(config)
    mel = np.empty((config.mel_channels, frame_count(len(samples), config)), np.float32)
    for first, block in magnitude_blocks(samples, config, max(high for _, _, high, _ in bands)):
        for channel, low, high, weights in bands:
            part = mel[channel : channel + len(weights), first : first + len(block)]
            part[:] = weights @ block[:, low:high].T
    return mel


def mel_filters(config: MelConfig) -> np.ndarray:
    """Slaney's triangles of equal area, float64 (mel_channels, fft_length // 2 + 1)."""
    span = _hz_to_mel(np.array([config.fmin_hz, config.fmax_hz]))
    corners = _mel_to_hz(np.linspace(*span, config.mel_channels + 2))[:, np.newaxis]
    left, centre, right = corners[:-2], corners[1:-1], corners[2:]
    bins = np.arange(config.fft_length // 2 + 1) * (config.rate / config.fft_length)
    rising, falling = (bins - left) / (centre - left), (right - bins) / (right - centre)
    return np.clip(np.minimum(rising, falling), 0.0, None) * 2 / (right - left)


@lru_cache(maxsize=8)
def _bands(config: MelConfig) -> list[tuple[int, int, int, np.ndarray]]:
    """The filters in groups: their first channel, the bins they span, their weights there."""
    filters, bands = mel_filters(config), []
    for channel in range(0, config.mel_channels, BAND):
        group = filters[channel : channel + BAND]
        used = np.flatnonzero(group.any(axis=0))
        low, high = (int(used[0]), int(used[-1]) + 1) if len(used) else (0, 0)
        bands.append((channel, low, high, np.ascontiguousarray(group[:, low:high])))
    return bands


def _hz_to_mel(hz: np.ndarray) -> np.ndarray:
    curved = KNEE_MEL + np.log(np.maximum(hz, KNEE_HZ) / KNEE_HZ) / LOG_STEP
    return np.where(hz < KNEE_HZ, hz / LINEAR_HZ, curved)


def _mel_to_hz(mel: np.ndarray) -> np.ndarray:
    curved = KNEE_HZ * np.exp(LOG_STEP * (np.maximum(mel, KNEE_MEL) - KNEE_MEL))
    return np.where(mel < KNEE_MEL, mel * LINEAR_HZ, curved)
