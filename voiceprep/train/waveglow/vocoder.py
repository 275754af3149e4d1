"""WaveGlow as a vocoder, one chunk of the mel at a time.

Shapes: B clips, M mel channels, F mel frames, G samples a group, L = T·G samples.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from ...audio.mel import MelConfig
from ...errors import SettingError, Unusable
from ..settings import VocoderConfig
from ..speech.denoiser import BIAS_FRAMES, Denoiser
from ..speech.vocoder import Chunk, chunks
from .config import WaveGlowConfig
from .fast import FastInverse
from .network import WaveGlow

Inverse = Callable[[Tensor, Tensor], Tensor]
"""Turns WaveGlow's noise (B, G, T) and a mel (B, M, F) into sound (B, L)."""


def make_vocoder(
    model: WaveGlow, mel: MelConfig, config: VocoderConfig, precision: str = "fp32"
) -> "WaveGlowVocoder":
    """The vocoder of a model; raises SettingError for mels that it cannot read."""
    return WaveGlowVocoder(model, mel, config, FastInverse(model, precision))


class WaveGlowVocoder:
    """WaveGlow in chunks, with the same sound as if it were computed at once.

    Each chunk has as much context on both sides as any of its samples depends on, and the noise is
    drawn for the entire sound: there are no audible or measurable seams.
    """

    name = "waveglow"

    def __init__(
        self,
        model: WaveGlow,
        mel: MelConfig,
        config: VocoderConfig = VocoderConfig(),
        inverse: Inverse | None = None,
    ):
        if (model.config.hop_length, model.config.mel_channels) != (
            mel.hop_length,
            mel.mel_channels,
        ):
            raise SettingError(
                f"a WaveGlow of {model.config.mel_channels} channels and hop length "
                f"{model.config.hop_length} for mels of {mel.mel_channels} and {mel.hop_length}"
            )
        self.mel, self.config, self.sizes = mel, config, model.config
        self.inverse = inverse or FastInverse(model)
        self.device = model.upsample.weight.device
        self.notes: tuple[str, ...] = ()
        self.denoiser = self._denoiser() if config.denoiser else None
        if self.denoiser and not self.denoiser.is_hum:
            self.notes = (
                "the denoiser is left out: for a mel of zeros this WaveGlow makes a tone of "
                f"{self.denoiser.hum_dbfs:.0f} dBFS, too loud for a hum",
            )
            self.denoiser = None

    def __call__(self, mel: np.ndarray, seed: int) -> np.ndarray:
        """See Vocoder."""
        if not np.isfinite(mel).all():
            raise Unusable("some values of the mel are not finite numbers")
        hop, groups = self.sizes.hop_length, self.sizes.groups
        frames = mel.shape[1]
        sound = np.zeros(frames * hop, np.float32)
        # If the samples do not fill the last group, they stay silent.
        size = len(sound) // groups
        noise = np.random.default_rng(seed).standard_normal((size, groups), np.float32)
        noise *= np.float32(self.config.sigma)
        for chunk in self._chunks(frames):
            window = slice(chunk.first * hop // groups, chunk.last * hop // groups)
            part = self._sound(noise[window].T, mel[:, chunk.first : chunk.last])
            skipped = (chunk.begin - chunk.first) * hop
            part = part[skipped : skipped + (chunk.end - chunk.begin) * hop]
            sound[chunk.begin * hop :][: len(part)] = part
        if not np.isfinite(sound).all():
            raise Unusable("WaveGlow's sound is not finite: --precision fp32 may help")
        return sound

    def _sound(self, noise: np.ndarray, mel: np.ndarray) -> np.ndarray:
        # Copied, as a mel may be mapped from a read-only file.
        arrays = (np.array(part[None], np.float32, order="C") for part in (noise, mel))
        sound = self.inverse(*(torch.from_numpy(part).to(self.device) for part in arrays))[0]
        return (self.denoiser(sound) if self.denoiser else sound).cpu().numpy()

    def _chunks(self, frames: int) -> Iterator[Chunk]:
        # A chunk starts at both a frame and a group.
        step = self.sizes.groups // math.gcd(self.sizes.groups, self.sizes.hop_length)
        before, after = receptive_field(self.sizes)
        if self.denoiser:
            reach = -(-self.mel.fft_length // self.mel.hop_length)
            before, after = before + reach, after + reach
        size = round(self.config.chunk_seconds * self.mel.rate / self.mel.hop_length)
        return chunks(frames, size, before, after, step)

    def _denoiser(self) -> Denoiser:
        groups = BIAS_FRAMES * self.sizes.hop_length // self.sizes.groups
        noise = torch.zeros(1, self.sizes.groups, groups, device=self.device)
        mel = torch.zeros(1, self.sizes.mel_channels, BIAS_FRAMES, device=self.device)
        return Denoiser(self.inverse(noise, mel)[0], self.mel, self.config.denoiser)


def receptive_field(config: WaveGlowConfig) -> tuple[int, int]:
    """The frames before and after its own that a sample depends on.

    Every flow reaches as far to both sides as the layers of its network together; a frame is
    upsampled to the `upsample_kernel` samples after its start.
    """
    layers = (2**config.wn_layers - 1) * (config.wn_kernel - 1) // 2
    samples = config.flows * layers * config.groups
    upsampled = config.upsample_kernel - config.hop_length
    return -(-(samples + upsampled) // config.hop_length), -(-samples // config.hop_length)
