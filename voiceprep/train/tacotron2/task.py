"""Tacotron 2 in training: its batches, its losses, and its decoder loops."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn

from ..data.items import Items, collate
from ..data.mel_files import MelReader
from ..device import World
from ..frontend import FrontendConfig
from ..recipe import Recipe
from ..run.loop import training_batches
from ..settings import TrainConfig
from ..tensors import Batch
from .config import LossConfig, Tacotron2Config
from .fast import decode as fast_decode
from .fast import fast_stepper
from .losses import Counts, Losses, clip_losses, count_clips, tacotron2_loss
from .network import Decode, Decoder
from .stepper import PlainStepper, StepperOf

# Sizes that a CPU can overfit in minutes; a GPU uses those of the recipe.
SMALL = {
    "symbol_dim": 128,
    "prenet_dim": 64,
    "attention_rnn_dim": 256,
    "attention_dim": 64,
    "location_filters": 16,
    "decoder_rnn_dim": 256,
    "postnet_dim": 128,
}
OVERFIT_GUIDANCE = 5.0


@dataclass(frozen=True)
class Tacotron2Task:
    """Tacotron 2 and the clips that it is trained on."""

    items: Items
    frontend: FrontendConfig
    config: Tacotron2Config
    loss: LossConfig
    train: TrainConfig
    world: World = World()
    decode: Decode = Decoder.__call__
    unit = "frames"

    @property
    def lengths(self) -> np.ndarray:
        """See Task."""
        return self.items.frames

    def epoch_batches(self, epoch: int) -> list[np.ndarray]:
        """See Task."""
        return training_batches(self, epoch, self.train, self.world)

    def read(self, indices: Sequence[int] | np.ndarray, epoch: int = 0) -> Batch:  # noqa: ARG002
        """See Task; raises ClipError naming a clip that can no longer be read."""
        # The published curves were made with mels padded with zeros, not with silence.
        floor = 1.0 if self.loss.reduction == "padded" else self.frontend.mel.log_floor
        clips = [self.items[int(place)] for place in indices]
        return collate(
            clips, self._read_mel, self.config.frames_per_step, self.loss.gate_tail, floor
        )

    def count(self, batch: Batch) -> Counts:
        """See Task."""
        return count_clips(batch, self.config.frames_per_step, self.loss)

    def size(self, batch: Batch) -> int:
        """See Task: mel frames without padding, which NVIDIA calls items."""
        return sum(batch.lengths.mel)

    def losses(self, model: nn.Module, batch: Batch, step: int, totals: Sequence[Tensor]) -> Losses:
        """See Task."""
        clips = clip_losses(model(batch, decode=self.decode), batch, self.loss)
        return tacotron2_loss(clips, self.loss, step, Counts(*totals))

    @cached_property
    def _read_mel(self) -> MelReader:
        return MelReader(self.frontend.mel)


def fit(config: Tacotron2Config, frontend: FrontendConfig) -> Tacotron2Config:
    """The settings with the sizes that follow from the symbols and the mels."""
    channels = frontend.mel.mel_channels
    return replace(config, symbols=len(frontend.symbols), mel_channels=channels)


def make_task(
    recipe: Recipe,
    items: Items,
    world: World = World(),
) -> Tacotron2Task:
    """The task of a recipe on some clips."""
    return Tacotron2Task(
        items,
        recipe.frontend,
        recipe.config,
        recipe.section(LossConfig),
        recipe.train,
        world,
        decode_of(recipe),
    )


def overfit_recipe(recipe: Recipe, device: torch.device) -> Recipe:
    """The recipe of the overfit check: guided attention, and a smaller model on a CPU."""
    config, loss = recipe.config, recipe.section(LossConfig)
    if device.type == "cpu":
        smaller = {name: min(size, getattr(config, name)) for name, size in SMALL.items()}
        config = replace(config, **smaller)
    guidance = max(loss.guided_attention, OVERFIT_GUIDANCE)
    guided = replace(loss, guided_attention=guidance, guided_decay_steps=0)
    return replace(recipe, config=config, more={**recipe.more, "loss": guided})


def decode_of(recipe: Recipe) -> Decode:
    """The teacher-forced decoder loop that the recipe asks for."""
    return fast_decode if recipe.train.decoder == "fast" else Decoder.__call__


def stepper_of(recipe: Recipe) -> StepperOf:
    """The free-running decoder loop that the recipe asks for."""
    return fast_stepper if recipe.train.decoder == "fast" else lambda _: PlainStepper
