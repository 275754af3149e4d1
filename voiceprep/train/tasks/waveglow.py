"""WaveGlow while it trains: crops of recordings, and the likelihood of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ...audio.mel import MelConfig
from ...errors import SettingError, Unusable
from ..beginning import Recipe
from ..crops import Crop, read_crop
from ..data import Items
from ..device import World
from ..fast import normalise as fast_normalise
from ..loop import plan_epoch
from ..model import Crops
from ..models.waveglow import Noise, Normalise, WaveGlow, WaveGlowConfig
from ..settings import CropConfig, TrainConfig
from ..voice import Voice


class FlowLosses(NamedTuple):
    """The negative log likelihood of a sample, without its constant, and its three parts.

    energy: of the noise; log_scale and log_determinant: what the flows blow it up by. `total`
    falls below zero in training: a density may be above one.
    """

    total: Tensor
    energy: Tensor
    log_scale: Tensor
    log_determinant: Tensor


def flow_losses(noise: Noise, sigma: float, samples: Tensor | float) -> FlowLosses:
    """The losses of some noise as a share of so many samples, in float32."""
    energy = noise.values.float().square().sum() / (2 * sigma**2 * samples)
    log_scale = torch.stack([scale.sum() for scale in noise.log_scales]).sum() / samples
    log_determinant = torch.stack(noise.log_determinants).sum() / samples
    return FlowLosses(energy - log_scale - log_determinant, energy, log_scale, log_determinant)


@dataclass(frozen=True)
class WaveGlowTask:
    """WaveGlow and the recordings that it learns from."""

    items: Items
    voice: Voice
    config: WaveGlowConfig
    crops: CropConfig
    train: TrainConfig
    world: World = World()
    normalise: Normalise = WaveGlow.normalise
    unit = "samples"

    @property
    def lengths(self) -> np.ndarray:
        """See Task: all crops are of one length."""
        frames = self.crops.segment_length // self.voice.mel.hop_length
        return np.full(len(self.items), max(1, frames), np.int32)

    def plan(self, epoch: int) -> list[np.ndarray]:
        """See Task."""
        return plan_epoch(self, epoch, self.train, self.world)

    def read(self, indices: Sequence[int] | np.ndarray, epoch: int = 0) -> Crops:
        """See Task: of each clip another crop in every epoch.

        A clip that is silent throughout lets the next one take its place; samples over whole groups
        are left out, as in the original. Raises ClipError naming a clip that cannot be read any
        more.
        """
        groups = self.config.groups
        length = self.crops.segment_length // groups * groups
        read = [self._crop(int(place), epoch) for place in indices]
        names, crops = zip(*read, strict=True)
        return Crops(
            names,
            torch.from_numpy(np.stack([crop.samples[:length] for crop in crops])),
            torch.from_numpy(np.stack([crop.mel for crop in crops])),
        )

    def count(self, batch: Crops) -> tuple[Tensor]:
        """See Task: the samples of every crop."""
        return (torch.full((len(batch.ids),), batch.audio.shape[1], device=batch.audio.device),)

    def size(self, batch: Crops) -> int:
        """See Task: samples."""
        return batch.audio.numel()

    def losses(
        self,
        model: nn.Module,
        batch: Crops,
        step: int,  # noqa: ARG002
        totals: Sequence[Tensor],
    ) -> FlowLosses:
        """See Task."""
        return flow_losses(
            model(batch.audio, batch.mel, self.normalise), self.crops.sigma, totals[0]
        )

    def _crop(self, place: int, epoch: int) -> tuple[str, Crop]:
        random = np.random.default_rng((self.train.seed, epoch, place))
        for offset in range(len(self.items)):
            item = self.items[(place + offset) % len(self.items)]
            try:
                return item.id, read_crop(item.path, random, self.voice.mel, self.crops)
            except Unusable as error:
                met = type(error)(f"{item.id}: {error.why}", error.seconds)
        raise met


def fit(config: WaveGlowConfig, mel: MelConfig) -> WaveGlowConfig:
    """The settings with what the mels decide."""
    return replace(config, mel_channels=mel.mel_channels, hop_length=mel.hop_length)


def make_task(
    recipe: Recipe,
    items: Items,
    world: World = World(),  # noqa: B008 (frozen)
) -> WaveGlowTask:
    """The task of a recipe on some recordings; raises SettingError for ways that exclude others."""
    parts = (recipe.voice, recipe.config, recipe.crops, recipe.train)
    length, groups = recipe.crops.segment_length, recipe.config.groups
    if length < groups:
        told = f"segment_length = {length}: at least a group, {groups}, is wanted"
        raise SettingError(told, "segment_length")
    least = recipe.voice.mel.fft_length // 2
    if recipe.crops.mel_of == "crop" and length <= least:
        told = f"segment_length = {length}: more than {least} is wanted for a mel of the crop alone"
        raise SettingError(told, "segment_length")
    if recipe.train.decoder == "fast":
        way = partial(fast_normalise, recompute=recipe.crops.recompute)
        return WaveGlowTask(items, *parts, world, way)
    if recipe.crops.recompute:
        raise SettingError("recompute: only the fast way has it, --decoder fast", "recompute")
    return WaveGlowTask(items, *parts, world)
