"""Vocoders, which make sound of mels: Griffin-Lim, which needs no training, and WaveGlow.

Shapes: B clips, M mel channels, F mel frames, G samples a group, L = T·G samples.
"""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from ..audio.griffin_lim import griffin_lim, mel_to_magnitudes
from ..audio.mel import MelConfig
from ..errors import CheckpointError, SettingError, Unusable
from .denoiser import BIAS_FRAMES, Denoiser
from .device import Machine
from .fast import Synthesiser
from .models.waveglow import WaveGlow, WaveGlowConfig
from .settings import VocoderConfig
from .trained import load_trained

DEFAULT = VocoderConfig()

Inverse = Callable[[Tensor, Tensor], Tensor]
"""How WaveGlow's noise (B, G, T) and a mel (B, M, F) become sound (B, L)."""


class Vocoder(Protocol):
    """Makes sound of mels that were made with the settings `mel`; `notes` are to be told once."""

    name: str
    mel: MelConfig
    notes: tuple[str, ...]

    def __call__(self, mel: np.ndarray, seed: int) -> np.ndarray:
        """The samples, float32 (F · hop_length,), of a log mel (M, F); any values but NaN.

        The same seed draws the same noise. Raises Unusable where mel or sound is not finite.
        """
        ...


class GriffinLim:
    """Sound by phases that fit together: at once, and somewhat hollow."""

    name = "griffin-lim"
    notes: tuple[str, ...] = ()

    def __init__(self, mel: MelConfig, config: VocoderConfig = DEFAULT):
        self.mel, self.iterations = mel, config.iterations

    def __call__(self, mel: np.ndarray, seed: int) -> np.ndarray:
        """See Vocoder."""
        if not mel.shape[1]:
            return np.zeros(0, np.float32)
        # A frame is centred on its place, so that the last one would be left out by half.
        whole = np.pad(mel, ((0, 0), (0, 1)), mode="edge")
        magnitudes = mel_to_magnitudes(whole, self.mel)
        return griffin_lim(magnitudes, self.mel, self.iterations, seed=seed)


class WaveGlowVocoder:
    """WaveGlow, a chunk of sound after the other, just as it would sound at once.

    Each chunk comes with as much on both sides as any of its samples depends on, and the noise is
    drawn for the whole: where two chunks meet nothing is to be heard, nor to be measured.
    """

    name = "waveglow"

    def __init__(
        self,
        model: WaveGlow,
        mel: MelConfig,
        config: VocoderConfig = DEFAULT,
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
        self.inverse = inverse or Synthesiser(model)
        self.device = model.upsample.weight.device
        self.notes: tuple[str, ...] = ()
        self.denoiser = self._denoiser() if config.denoiser else None
        if self.denoiser and not self.denoiser.hums:
            self.notes = (
                "the denoiser is left out: of a mel of zeros this WaveGlow makes a tone of "
                f"{self.denoiser.hum_dbfs:.0f} dBFS, which is no hum",
            )
            self.denoiser = None

    @classmethod
    def load(
        cls, path: Path, config: VocoderConfig = DEFAULT, machine: Machine | None = None
    ) -> "WaveGlowVocoder":
        """The vocoder of a checkpoint; raises CheckpointError where it holds none."""
        machine = machine or Machine()
        found = load_trained(path, "waveglow")
        model = found.build().to(machine.device)
        try:
            return cls(model, found.voice.mel, config, Synthesiser(model, machine.precision))
        except SettingError as error:
            raise CheckpointError(path, str(error)) from None

    def __call__(self, mel: np.ndarray, seed: int) -> np.ndarray:
        """See Vocoder."""
        if not np.isfinite(mel).all():
            raise Unusable("some values of the mel are not finite numbers")
        hop, groups = self.sizes.hop_length, self.sizes.groups
        frames = mel.shape[1]
        sound = np.zeros(frames * hop, np.float32)
        # Where frames are no whole groups, the last samples of all are left silent.
        size = len(sound) // groups
        noise = np.random.default_rng(seed).standard_normal((size, groups), np.float32)
        noise *= np.float32(self.config.sigma)
        for chunk in self._chunks(frames):
            heard = slice(chunk.first * hop // groups, chunk.last * hop // groups)
            part = self._sound(noise[heard].T, mel[:, chunk.first : chunk.last])
            skipped = (chunk.begin - chunk.first) * hop
            part = part[skipped : skipped + (chunk.end - chunk.begin) * hop]
            sound[chunk.begin * hop :][: len(part)] = part
        if not np.isfinite(sound).all():
            raise Unusable("WaveGlow's sound is not finite: --precision fp32 may help")
        return sound

    def _sound(self, noise: np.ndarray, mel: np.ndarray) -> np.ndarray:
        # Copied, as a mel may lie in a file that is not to be written to.
        given = (np.array(part[None], np.float32, order="C") for part in (noise, mel))
        sound = self.inverse(*(torch.from_numpy(part).to(self.device) for part in given))[0]
        return (self.denoiser(sound) if self.denoiser else sound).cpu().numpy()

    def _chunks(self, frames: int) -> Iterator["Chunk"]:
        # A chunk begins with a frame and a group.
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


class Chunk(NamedTuple):
    """The frames `begin` to `end` of a mel, and around them `first` to `last`, all to be heard."""

    first: int
    begin: int
    end: int
    last: int


def chunks(frames: int, size: int, before: int, after: int, step: int = 1) -> Iterator[Chunk]:
    """Chunks of about as many frames each, with as many before and after as there are.

    All but the last end are multiples of `step`.
    """
    count = max(1, -(-frames // max(size, 1)))
    length = -(-frames // (count * step)) * step
    before, after = (-(-side // step) * step for side in (before, after))
    for begin in range(0, frames, max(length, 1)):
        end = min(begin + length, frames)
        yield Chunk(max(begin - before, 0), begin, end, min(end + after, frames))


def receptive_field(config: WaveGlowConfig) -> tuple[int, int]:
    """How many frames before and after its own a sample depends on.

    Every flow looks to both sides as far as the layers of its network together; a frame is spread
    over the `upsample_kernel` samples after its beginning.
    """
    layers = (2**config.wn_layers - 1) * (config.wn_kernel - 1) // 2
    samples = config.flows * layers * config.groups
    spread = config.upsample_kernel - config.hop_length
    return -(-(samples + spread) // config.hop_length), -(-samples // config.hop_length)
