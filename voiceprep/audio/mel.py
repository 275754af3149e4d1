"""The mel spectrogram of all models."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from ..config import setting
from ..errors import SettingError
from .stft import StftConfig, frame_count, magnitude_blocks

# Slaney's mel scale: linear up to 1 kHz, then 27 steps for each factor of 6.4.
LINEAR_HZ = 200 / 3
KNEE_HZ = 1000.0
KNEE_MEL = KNEE_HZ / LINEAR_HZ
LOG_STEP = np.log(6.4) / 27

# The scales that each of these settings belongs to.
_SCALES_OF = {
    "ref_db": ("db_unit", "db_symmetric"),
    "max_db": ("db_unit", "db_symmetric"),
    "symmetric_max": ("db_symmetric",),
}
# Settings that describe other systems' mels, see `check_supported`.
DESCRIBED_ONLY = ("scale", "preemphasis", "reduction", "linear", "framing")

# Filters are multiplied in groups of this many, over their bins only: most zeros are skipped.
BAND = 16
MOST_CHANNELS = 4096


@dataclass(frozen=True)
class MelConfig(StftConfig):
    """What makes two mels comparable; raises SettingError for values that clash."""

    mel_channels: int = setting(80, "number of mel filters")
    fmin_hz: float = setting(0.0, "lower edge of the lowest filter, in Hz")
    fmax_hz: float = setting(8000.0, "upper edge of the highest filter, in Hz")
    log_floor: float = setting(1e-5, "smallest mel value before the natural logarithm")
    scale: Literal["log", "db_unit", "db_symmetric"] = setting(
        "log",
        "natural logarithm, or decibels scaled to 0..1 or to ±symmetric_max",
        omit_default=True,
    )
    ref_db: float = setting(
        20.0, "decibels subtracted before scaling, with a db scale", omit_default=True
    )
    max_db: float = setting(
        100.0, "range of a db scale: this far below ref_db is its lowest value", omit_default=True
    )
    symmetric_max: float = setting(
        4.0, "largest absolute value of the db_symmetric scale", omit_default=True
    )
    preemphasis: float = setting(
        0.0, "coefficient of the pre-emphasis filter, 0: none", omit_default=True
    )
    reduction: int = setting(1, "of this many frames one is kept", omit_default=True)
    linear: bool = setting(
        False, "whether a linear spectrogram is kept beside each mel", omit_default=True
    )
    framing: Literal["centred", "lws"] = setting(
        "centred",
        "Hann window and reflected ends, or window and zero padding of the lws library",
        omit_default=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.mel_channels <= MOST_CHANNELS:
            raise SettingError(
                f"mel_channels = {self.mel_channels}: must be from 1 to {MOST_CHANNELS}",
                "mel_channels",
            )
        if not 0 <= self.fmin_hz < self.fmax_hz:
            raise SettingError(
                f"fmin_hz = {self.fmin_hz}: must be at least 0 and below fmax_hz, {self.fmax_hz}",
                "fmin_hz",
            )
        if self.fmax_hz > self.rate / 2:
            raise SettingError(
                f"fmax_hz = {self.fmax_hz}: must be at most {self.rate / 2}, half the rate",
                "fmax_hz",
            )
        if not 1e-30 <= self.log_floor <= 1:
            raise SettingError(
                f"log_floor = {self.log_floor}: must be from 1e-30 to 1", "log_floor"
            )
        self._check_scale()
        if not 0 <= self.preemphasis < 1:
            raise SettingError(
                f"preemphasis = {self.preemphasis}: must be at least 0 and below 1", "preemphasis"
            )
        if self.reduction < 1:
            raise SettingError(f"reduction = {self.reduction}: must be at least 1", "reduction")
        # lws has one length for window and transform, and fills up whole hops.
        whole = self.win_length == self.fft_length and not self.fft_length % self.hop_length
        if self.framing == "lws" and not whole:
            raise SettingError(
                "framing = 'lws': win_length must be fft_length, and a multiple of hop_length",
                "framing",
            )

    def _check_scale(self) -> None:
        if not -200 <= self.ref_db <= 200:
            raise SettingError(f"ref_db = {self.ref_db}: must be from -200 to 200", "ref_db")
        for name in ("max_db", "symmetric_max"):
            if not 0 < getattr(self, name) <= 1000:
                raise SettingError(f"{name} = {getattr(self, name)}: must be above 0", name)
        # Two configs with the same mels have to be equal.
        for name, scales in _SCALES_OF.items():
            changed = getattr(self, name) != getattr(MelConfig, name)
            if changed and self.scale not in scales:
                known = " or ".join(map(repr, scales))
                raise SettingError(
                    f"{name} = {getattr(self, name)}: has no effect unless scale is {known}", name
                )


def check_supported(config: MelConfig) -> None:
    """Raise SettingError for a kind of mel that can be described but not computed."""
    for name in DESCRIBED_ONLY:
        value, known = getattr(config, name), getattr(MelConfig, name)
        if value != known:
            raise SettingError(
                f"mel.{name} = {value!r}: no model here uses such mels yet; it must be {known!r}",
                name,
            )


def log_mel(samples: np.ndarray, config: MelConfig) -> np.ndarray:
    """The natural logarithm of the mel spectrogram, float32 (mel_channels, frames).

    `samples` is float32 of shape (n,) in [-1, 1] and gives 1 + n // hop_length frames. Raises
    Unusable for sound that is shorter than half a transform, not finite or beyond full scale.
    """
    mel = linear_mel(samples, config)
    np.maximum(mel, np.float32(config.log_floor), out=mel)
    np.log(mel, out=mel)
    return mel


def linear_mel(samples: np.ndarray, config: MelConfig) -> np.ndarray:
    """The mel spectrogram before its logarithm, otherwise as `log_mel`.

    It is computed in float64: float32 is off by 1e-6 for a loud tone, and by 0.01 after the
    logarithm in the quiet channels beside it.
    """
    check_supported(config)
    bands = _bands(config)
    mel = np.empty((config.mel_channels, frame_count(len(samples), config)), np.float32)
    for first, block in magnitude_blocks(samples, config, max(high for _, _, high, _ in bands)):
        for channel, low, high, weights in bands:
            part = mel[channel : channel + len(weights), first : first + len(block)]
            part[:] = weights @ block[:, low:high].T
    return mel


def mel_filters(config: MelConfig) -> np.ndarray:
    """Slaney's triangles of equal area, float64 (mel_channels, fft_length // 2 + 1)."""
    lowest, highest = _hz_to_mel(np.array([config.fmin_hz, config.fmax_hz]))
    corners = _mel_to_hz(np.linspace(lowest, highest, config.mel_channels + 2))[:, np.newaxis]
    left, centre, right = corners[:-2], corners[1:-1], corners[2:]
    bins = np.arange(config.fft_length // 2 + 1) * (config.rate / config.fft_length)
    rising, falling = (bins - left) / (centre - left), (right - bins) / (right - centre)
    filters: np.ndarray = np.clip(np.minimum(rising, falling), 0.0, None) * 2 / (right - left)
    return filters


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
