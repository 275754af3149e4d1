"""WaveGlow in training: crops of recordings, and their likelihood."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ...errors import SettingError, Unusable
from ..data.crops import Crop, read_crop
from ..data.items import Items
from ..device import World
from ..frontend import FrontendConfig
from ..recipe import Recipe
from ..run.loop import training_batches
from ..settings import CropConfig, TrainConfig
from ..tensors import Crops
from .config import WaveGlowConfig
from .fast import normalise as fast_normalise
from .network import Noise, Normalise, WaveGlow


class FlowLosses(NamedTuple):
    """The negative log likelihood per sample, without its constant, and its three parts.

    energy: of the noise; log_scale and log_determinant: the change of volume by the flows.
    `total` falls below zero in training, as a density may be above one.
    """

    total: Tensor
    energy: Tensor
    log_scale: Tensor
    log_determinant: Tensor


def flow_losses(noise: Noise, sigma: float, samples: Tensor | float) -> FlowLosses:
    """The losses of some noise, divided by a number of samples, in float32."""
    energy = noise.values.float().square().sum() / (2 * sigma**2 * samples)
    log_scale = torch.stack([scale.sum() for scale in noise.log_scales]).sum() / samples
    log_determinant = torch.stack(noise.log_determinants).sum() / samples
    return FlowLosses(energy - log_scale - log_determinant, energy, log_scale, log_determinant)


@dataclass(frozen=True)
class WaveGlowTask:
    """WaveGlow and the recordings that it is trained on."""

    items: Items
    frontend: FrontendConfig
    config: WaveGlowConfig
    crops: CropConfig
    train: TrainConfig
    world: World = World()
    normalise: Normalise = WaveGlow.normalise
    unit = "samples"

    @property
    def lengths(self) -> np.ndarray:
        """See Task: all crops have the same length."""
        frames = self.crops.segment_length // self.frontend.mel.hop_length
        return np.full(len(self.items), max(1, frames), np.int32)

    def epoch_batches(self, epoch: int) -> list[np.ndarray]:
        """See Task."""
        return training_batches(self, epoch, self.train, self.world)

    def read(self, indices: Sequence[int] | np.ndarray, epoch: int = 0) -> Crops:
        """See Task: another crop of each clip in every epoch.

        A clip that is silent throughout is replaced by the next one; samples beyond the last full
        group are left out, as in the original. Raises ClipError naming a clip that can no longer
        be read.
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
                return item.id, read_crop(item.path, random, self.frontend.mel, self.crops)
            except Unusable as error:
                unusable = type(error)(f"{item.id}: {error.why}", error.seconds)
        raise unusable


def fit(config: WaveGlowConfig, frontend: FrontendConfig) -> WaveGlowConfig:
    """The settings with the sizes that follow from the mels."""
    mel = frontend.mel
    return replace(config, mel_channels=mel.mel_channels, hop_length=mel.hop_length)


def make_task(
    recipe: Recipe,
    items: Items,
    world: World = World(),
) -> WaveGlowTask:
    """The task of a recipe on some recordings; raises SettingError for settings that conflict."""
    crops: CropConfig = recipe.section(CropConfig)
    parts = (recipe.frontend, recipe.config, crops, recipe.train)
    length, groups = crops.segment_length, recipe.config.groups
    if length < groups:
        message = f"segment_length = {length}: must be at least one group, {groups}"
        raise SettingError(message, "segment_length")
    least = recipe.frontend.mel.fft_length // 2
    if crops.mel_of == "crop" and length <= least:
        message = f"segment_length = {length}: must be above {least} for a mel of the crop alone"
        raise SettingError(message, "segment_length")
    if recipe.train.decoder == "fast":
        normalise = partial(fast_normalise, recompute=crops.recompute)
        return WaveGlowTask(items, *parts, world, normalise)
    if crops.recompute:
        raise SettingError("recompute needs --decoder fast", "recompute")
    return WaveGlowTask(items, *parts, world)
