"""What WaveGlow hums whatever it is to say, heard once and taken off of all that it says."""

import math

import torch
from torch import Tensor

from ..audio.stft import StftConfig

# Frames of the silence in which it is heard, as in the original.
BIAS_FRAMES = 88

# Where what a model makes of a mel of zeros has a louder tone than this, that is no hum: the model
# never learned of so loud a mel, and a hundredth of what it makes may be as loud as speech.
LOUDEST_HUM_DBFS = -10.0


class Denoiser:
    """Takes a share of a vocoder's own hum off of the magnitudes of a sound, phases kept.

    As NVIDIA's: the hum is the spectrum of the first frame of what the vocoder makes of a mel of
    zeros and of no noise. `hum` is that sound, (L,).
    """

    def __init__(self, hum: Tensor, config: StftConfig, strength: float):
        self.config, self.strength = config, strength
        self.window = torch.hann_window(config.win_length, device=hum.device)
        self.hum = self._spectra(hum)[:, :1].abs()

    @property
    def hum_dbfs(self) -> float:
        """The level of the loudest tone of the hum, in dB; 0 for a tone of full scale."""
        amplitude = 2 * float(self.hum.max()) / float(self.window.sum())
        return 20 * math.log10(max(amplitude, 1e-12))

    @property
    def hums(self) -> bool:
        """Whether it is a hum that is taken off: finite, and fainter than speech may be."""
        return self.hum_dbfs <= LOUDEST_HUM_DBFS

    def __call__(self, sound: Tensor) -> Tensor:
        """The sound (L,) without it; one that is shorter than half a transform as it is."""
        if len(sound) <= self.config.fft_length // 2:
            return sound
        spectra = self._spectra(sound)
        magnitudes = spectra.abs()
        left = (magnitudes - self.strength * self.hum).clamp_min(0)
        spectra *= left / magnitudes.clamp_min(1e-12)
        return torch.istft(spectra, *self._sizes, self.window, length=len(sound))

    @property
    def _sizes(self) -> tuple[int, int, int]:
        return self.config.fft_length, self.config.hop_length, self.config.win_length

    def _spectra(self, sound: Tensor) -> Tensor:
        return torch.stft(sound, *self._sizes, self.window, return_complex=True)
