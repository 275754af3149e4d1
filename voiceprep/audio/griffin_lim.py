"""Griffin-Lim: a sound from a mel without a vocoder, by magnitudes and then consistent phases.

The magnitudes are the non-negative ones whose mel has the least Kullback-Leibler divergence, by the
updates of Lee and Seung (2001). The phases start from the sinusoids at the peaks of the spectrum,
continued from frame to frame (single pass spectrogram inversion, Beauregard et al. 2015), and are
refined by the fast Griffin-Lim algorithm (Perraudin et al. 2013).
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..errors import Unusable
from .mel import MelConfig, check_supported, mel_filters
from .sound import Sound
from .stft import StftConfig, hann_window

# With good initial phases, less than the 0.99 of the paper converges better up to 60 rounds.
MOMENTUM = 0.9
# After as many, the mel of the magnitudes is within 0.1 % of the target.
UPDATES = 10
# Few enough frames to keep their spectra in the cache.
BLOCK = 64
# The least sum of windows, as a share of its maximum, that is divided by at the ends.
LEAST_WINDOW = 1e-3
TINY = np.float32(1e-12)


def mel_to_sound(
    mel: np.ndarray,
    config: MelConfig,
    iterations: int = 32,
    momentum: float = MOMENTUM,
    seed: int = 0,
) -> Sound:
    """The sound of a log mel (mel_channels, frames), (frames - 1) · hop_length samples long.

    Beyond full scale it is scaled down. Raises Unusable for a mel that is not finite.
    """
    magnitudes = mel_to_magnitudes(mel, config)
    samples = griffin_lim(magnitudes, config, iterations, momentum, seed)
    peak = np.abs(samples).max(initial=0)
    return Sound(samples / peak if peak > 1 else samples, config.rate)


def mel_to_magnitudes(mel: np.ndarray, config: MelConfig) -> np.ndarray:
    """Magnitudes with that log mel, float32 (fft_length // 2 + 1, frames); raises Unusable.

    A channel is limited to the level of a sound at full scale.
    """
    from scipy.sparse import csr_array

    check_supported(config)
    if not np.isfinite(mel).all():
        raise Unusable("some values of the mel are not finite numbers")
    filters = mel_filters(config)
    loudest = np.log(max(filters.sum(1).max(), TINY) * hann_window(config).sum())
    target = np.exp(np.minimum(mel, loudest)).astype(np.float32)
    down, up = (csr_array(matrix.astype(np.float32)) for matrix in (filters, filters.T))
    reach = up.sum(1)[:, np.newaxis] + TINY
    inside = np.maximum(down.sum(1)[:, np.newaxis], TINY)
    magnitudes: np.ndarray = (up @ (target / inside)) / reach
    for _ in range(UPDATES):
        magnitudes *= (up @ (target / (down @ magnitudes + TINY))) / reach
    return magnitudes


def griffin_lim(
    magnitudes: np.ndarray,
    config: StftConfig,
    iterations: int = 32,
    momentum: float = MOMENTUM,
    seed: int = 0,
) -> np.ndarray:
    """A sound with those magnitudes, (fft_length // 2 + 1, frames), as near as phases allow.

    float32 of (frames - 1) · hop_length samples. The same seed gives the same samples.
    """
    from scipy.fft import rfft

    target = np.ascontiguousarray(magnitudes.T, np.float32)
    if len(target) < 2:
        return np.zeros(0, np.float32)
    spectra = target * _carried_phases(target, config, seed)
    last, share = np.zeros_like(spectra), np.float32(momentum / (1 + momentum))
    overlap = _Overlap(len(target), config)
    frames, window = overlap.frames, overlap.window
    windowed = np.empty((BLOCK, config.fft_length), np.float32)
    for _ in range(iterations):
        overlap.add(spectra)
        for first in range(0, len(target), BLOCK):
            part = slice(first, first + BLOCK)
            here = spectra[part]
            rebuilt = rfft(np.multiply(frames[part], window, out=windowed[: len(here)]))
            # A step away from the last round, then a projection to the target magnitudes.
            np.subtract(rebuilt, share * last[part], out=here)
            last[part] = rebuilt
            here *= target[part] / (np.abs(here) + TINY)
    overlap.add(spectra)
    half = config.fft_length // 2
    return overlap.samples[half : half + (len(target) - 1) * config.hop_length].copy()


class _Overlap:
    """Overlap-add of frames, to the sound whose frames are nearest to them."""

    def __init__(self, count: int, config: StftConfig):
        self.fft_length, self.hop = config.fft_length, config.hop_length
        self.pieces = -(-self.fft_length // self.hop)
        self.window = hann_window(config).astype(np.float32)
        self.rows = np.zeros((count + self.pieces - 1, self.hop), np.float32)
        self.samples = self.rows.reshape(-1)
        self.frames = sliding_window_view(self.samples, self.fft_length)[:: self.hop]
        self._lay(np.broadcast_to(self.window**2, (count, self.fft_length)), 0)
        least = LEAST_WINDOW * self.rows.max(initial=0)
        self.share = 1 / np.maximum(self.rows, max(least, TINY))

    def add(self, spectra: np.ndarray) -> None:
        """The sound of the spectra (frames, bins), into `samples`."""
        from scipy.fft import irfft

        self.rows[:] = 0
        for first in range(0, len(spectra), BLOCK):
            block = irfft(spectra[first : first + BLOCK], self.fft_length)
            self._lay(np.multiply(block, self.window, out=block), first)
        self.rows *= self.share

    def _lay(self, frames: np.ndarray, first: int) -> None:
        for piece in range(self.pieces):
            part = frames[:, piece * self.hop : (piece + 1) * self.hop]
            at = first + piece
            self.rows[at : at + len(part), : part.shape[1]] += part


def _carried_phases(magnitudes: np.ndarray, config: StftConfig, seed: int) -> np.ndarray:
    """Unit phases (frames, bins): each bin continues the sinusoid of its nearest peak."""
    count, bins = magnitudes.shape
    near = _nearest_peaks(magnitudes)
    places = np.take_along_axis(near + _between_bins(magnitudes), near, 1)
    # The phase of a windowed sinusoid alternates by half a turn from bin to bin.
    turns = places * (config.hop_length / config.fft_length) + 0.5 * ((near - np.arange(bins)) & 1)
    phase = np.random.default_rng(seed).random((bins,))
    for frame in range(count):
        phase = phase[near[frame]] + turns[frame]
        phase -= np.floor(phase)
        turns[frame] = phase
    angles = (2 * np.pi * turns).astype(np.float32)
    phases = np.empty(magnitudes.shape, np.complex64)
    phases.real, phases.imag = np.cos(angles), np.sin(angles)
    return phases


def _nearest_peaks(magnitudes: np.ndarray) -> np.ndarray:
    """Of each bin, the nearest bin that is a peak, or itself where the frame has none."""
    bins = np.arange(magnitudes.shape[1])
    peaks = np.zeros(magnitudes.shape, bool)
    inner = magnitudes[:, 1:-1]
    peaks[:, 1:-1] = (inner > magnitudes[:, :-2]) & (inner >= magnitudes[:, 2:])
    peaks[~peaks.any(1)] = True
    far = 2 * len(bins)
    below = np.maximum.accumulate(np.where(peaks, bins, -far), 1)
    above = np.minimum.accumulate(np.where(peaks, bins, far)[:, ::-1], 1)[:, ::-1]
    return np.where(bins - below <= above - bins, below, above)


def _between_bins(magnitudes: np.ndarray) -> np.ndarray:
    """The offset of the vertex of a parabola through the levels around each bin, ±1/2."""
    levels = np.log(magnitudes + np.float32(1e-9))
    left, middle, right = levels[:, :-2], levels[:, 1:-1], levels[:, 2:]
    curvature = np.minimum(left - 2 * middle + right, -TINY)
    off = np.zeros(magnitudes.shape)
    off[:, 1:-1] = np.clip(0.5 * (left - right) / curvature, -0.5, 0.5)
    return off
