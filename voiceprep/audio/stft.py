"""The short-time Fourier transform: magnitudes of the spectra of overlapping windows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..config import setting
from ..errors import SettingError, Unusable

# Few enough frames to keep a block and its spectra, in float64, within 1 MB of cache.
BLOCK = 64
# More would be a typing error, and run out of memory.
LONGEST_FFT, HIGHEST_RATE = 1 << 17, 10**6


@dataclass(frozen=True)
class StftConfig:
    """How a sound is cut into frames; lengths in samples, raises SettingError where they clash."""

    rate: int = setting(22050, "sampling rate of the sound, in Hz")
    fft_length: int = setting(1024, "length of the FFT in samples, an even number")
    hop_length: int = setting(256, "samples from one frame to the next")
    win_length: int = setting(1024, "length of the Hann window in samples, centred in the FFT")

    def __post_init__(self) -> None:
        if not 1 <= self.rate <= HIGHEST_RATE:
            raise SettingError(f"rate = {self.rate}: must be from 1 to {HIGHEST_RATE}", "rate")
        if not 2 <= self.fft_length <= LONGEST_FFT or self.fft_length % 2:
            raise SettingError(
                f"fft_length = {self.fft_length}: must be an even number from 2 to {LONGEST_FFT}",
                "fft_length",
            )
        if not 1 <= self.win_length <= self.fft_length:
            raise SettingError(
                f"win_length = {self.win_length}: must be from 1 to fft_length, {self.fft_length}",
                "win_length",
            )
        if not 1 <= self.hop_length <= self.win_length:
            raise SettingError(
                f"hop_length = {self.hop_length}: must be from 1 to win_length, {self.win_length}, "
                "or samples are lost between frames",
                "hop_length",
            )


def frame_count(sample_count: int, config: StftConfig) -> int:
    """The number of frames of a sound; the first is centred on sample 0."""
    return 1 + sample_count // config.hop_length


def hann_window(config: StftConfig) -> np.ndarray:
    """The periodic Hann window with zeros on both sides up to the FFT's length, float64."""
    turns = np.arange(config.win_length) / config.win_length
    before = (config.fft_length - config.win_length) // 2
    after = config.fft_length - config.win_length - before
    return np.pad(0.5 - 0.5 * np.cos(2 * np.pi * turns), (before, after))


def magnitudes(samples: np.ndarray, config: StftConfig) -> np.ndarray:
    """The magnitude spectrogram, float32 (fft_length // 2 + 1, frames); raises Unusable."""
    bins = config.fft_length // 2 + 1
    whole = np.empty((bins, frame_count(len(samples), config)), np.float32)
    for first, block in magnitude_blocks(samples, config, bins):
        whole[:, first : first + len(block)] = block.T
    return whole


def magnitude_blocks(
    samples: np.ndarray, config: StftConfig, bins: int
) -> Iterator[tuple[int, np.ndarray]]:
    """The lowest `bins` magnitudes of block after block of frames, float64 (frames, bins).

    Each comes with the number of its first frame and is overwritten by the next one, so that a
    long sound needs little more memory than its samples. Raises Unusable, see `check_samples`.
    """
    check_samples(samples, config)
    frames = sliding_window_view(_reflected(samples, config.fft_length // 2), config.fft_length)
    frames, window = frames[:: config.hop_length], hann_window(config)
    size = min(BLOCK, len(frames))
    windowed, block = np.empty((size, config.fft_length)), np.empty((size, bins))
    for first in range(0, len(frames), size):
        count = min(size, len(frames) - first)
        np.multiply(frames[first : first + count], window, out=windowed[:count])
        spectra = np.fft.rfft(windowed[:count])
        yield first, np.abs(spectra[:, :bins], out=block[:count])


def check_samples(samples: np.ndarray, config: StftConfig) -> None:
    """Raise Unusable for a sound too short for reflect padding, not finite or beyond full scale."""
    seconds = len(samples) / config.rate
    if len(samples) <= config.fft_length // 2:
        raise Unusable(
            f"too short: {len(samples)} samples, a spectrogram needs more than "
            f"{config.fft_length // 2}",
            seconds,
        )
    peak = max(float(samples.max()), -float(samples.min()))
    if not np.isfinite(peak):
        raise Unusable("some samples are not finite: export it again", seconds)
    if peak > 1:
        raise Unusable(f"reaches {peak:.6g}, beyond the full scale of 1: scale it down", seconds)


def _reflected(samples: np.ndarray, margin: int) -> np.ndarray:
    return np.concatenate((samples[margin:0:-1], samples, samples[-2 : -margin - 2 : -1]))
