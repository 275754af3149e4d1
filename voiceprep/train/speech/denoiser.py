"""Removes a vocoder's constant bias, a hum that is measured once, from all that it generates."""

import math

import torch
from torch import Tensor

from ...audio.stft import StftConfig

# Frames of the mel of zeros that the hum is measured on, as in the original.
BIAS_FRAMES = 88

# A louder tone in the output for a mel of zeros is not a hum. Zeros are louder than any mel in
# training, so a model may generate sound for them, a hundredth of which is as loud as speech.
LOUDEST_HUM_DBFS = -10.0


class Denoiser:
    """Subtracts a share of a vocoder's hum from the magnitudes of a sound, and keeps the phases.

    As NVIDIA's: the hum is the spectrum of the first frame of the vocoder's output for a mel of
    zeros and zero noise. `hum` is that sound, (L,).
    """

    def __init__(self, hum: Tensor, config: StftConfig, strength: float):
        self.config, self.strength = config, strength
        self.window = torch.hann_window(config.win_length, device=hum.device)
        self.hum = self._spectra(hum)[:, :1].abs()

    @property
    def hum_dbfs(self) -> float:
        """The level of the loudest tone of the hum, in dBFS."""
        amplitude = 2 * float(self.hum.max()) / float(self.window.sum())
        return 20 * math.log10(max(amplitude, 1e-12))

    @property
    def is_hum(self) -> bool:
        """Whether the measured sound is a hum: finite, and quieter than speech."""
        return self.hum_dbfs <= LOUDEST_HUM_DBFS

    def __call__(self, sound: Tensor) -> Tensor:
        """The sound (L,) without the hum; unchanged if shorter than half a transform."""
        if len(sound) <= self.config.fft_length // 2:
            return sound
        spectra = self._spectra(sound)
        magnitudes = spectra.abs()
        remaining = (magnitudes - self.strength * self.hum).clamp_min(0)
        spectra *= remaining / magnitudes.clamp_min(1e-12)
        return torch.istft(spectra, *self._sizes, self.window, length=len(sound))

    @property
    def _sizes(self) -> tuple[int, int, int]:
        return self.config.fft_length, self.config.hop_length, self.config.win_length

    def _spectra(self, sound: Tensor) -> Tensor:
        return torch.stft(sound, *self._sizes, self.window, return_complex=True)
