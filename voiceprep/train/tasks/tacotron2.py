"""Tacotron 2 while it trains: its batches, its losses, and how it is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from torch import Tensor, nn

from ...audio.mel import MelConfig
from ...text.symbols import SYMBOLS
from ..beginning import Recipe
from ..data import Items, collate
from ..device import World
from ..fast import decode as fast_decode
from ..fast import fast_stepper
from ..loop import plan_epoch
from ..losses import Counts, Losses, clip_losses, count_clips, tacotron2_loss
from ..mels import MelReader
from ..model import Batch
from ..models.tacotron2 import Decode, Decoder, Tacotron2Config
from ..settings import LossConfig, TrainConfig
from ..stepper import PlainStepper, StepperOf
from ..voice import Voice


@dataclass(frozen=True)
class Tacotron2Task:
    """Tacotron 2 and the clips that it learns from."""

    items: Items
    voice: Voice
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

    def plan(self, epoch: int) -> list[np.ndarray]:
        """See Task."""
        return plan_epoch(self, epoch, self.train, self.world)

    def read(self, indices: Sequence[int] | np.ndarray, epoch: int = 0) -> Batch:  # noqa: ARG002
        """See Task; raises ClipError naming a clip that cannot be read any more."""
        # The published curves are of mels padded with zeros, not with silence.
        floor = 1.0 if self.loss.reduction == "padded" else self.voice.mel.log_floor
        clips = [self.items[int(place)] for place in indices]
        return collate(
            clips, self._read_mel, self.config.frames_per_step, self.loss.gate_tail, floor
        )

    def count(self, batch: Batch) -> Counts:
        """See Task."""
        return count_clips(batch, self.config.frames_per_step, self.loss)

    def size(self, batch: Batch) -> int:
        """See Task: mel frames without their padding, NVIDIA's items."""
        return int(batch.mel_lengths.sum())

    def losses(self, model: nn.Module, batch: Batch, step: int, totals: Sequence[Tensor]) -> Losses:
        """See Task."""
        clips = clip_losses(model(batch, decode=self.decode), batch, self.loss)
        return tacotron2_loss(clips, self.loss, step, Counts(*totals))

    @cached_property
    def _read_mel(self) -> MelReader:
        return MelReader(self.voice.mel)


def fit(config: Tacotron2Config, mel: MelConfig) -> Tacotron2Config:
    """The settings with what the texts and the mels decide."""
    return replace(config, symbols=len(SYMBOLS), mel_channels=mel.mel_channels)


def make_task(
    recipe: Recipe,
    items: Items,
    world: World = World(),  # noqa: B008 (frozen)
) -> Tacotron2Task:
    """The task of a recipe on some clips."""
    return Tacotron2Task(
        items, recipe.voice, recipe.config, recipe.loss, recipe.train, world, decode_of(recipe)
    )


def decode_of(recipe: Recipe) -> Decode:
    """The decoder's loop with the truth given, as the recipe wants it."""
    return fast_decode if recipe.train.decoder == "fast" else Decoder.__call__


def stepper_of(recipe: Recipe) -> StepperOf:
    """The decoder's loop by itself, as the recipe wants it."""
    return fast_stepper if recipe.train.decoder == "fast" else lambda _: PlainStepper
