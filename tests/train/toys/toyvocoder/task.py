"""The toy in training: its crops, its loss and its evaluation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ..data.crops import read_crop
from ..data.items import Items
from ..device import World
from ..frontend import FrontendConfig
from ..recipe import Recipe
from ..run.log import TrainingLog
from ..run.loop import Task, TrainingRun, training_batches
from ..run.trainer import Evaluation
from ..settings import CropConfig
from ..tensors import Crops
from .network import ToyVocoderConfig


class Loss(NamedTuple):
    """The squared error."""

    total: Tensor


@dataclass(frozen=True)
class ToyVocoderTask:
    """The toy and its recordings."""

    items: Items
    recipe: Recipe
    world: World
    unit = "samples"

    @property
    def lengths(self) -> np.ndarray:
        """See Task."""
        return self.items.frames

    def epoch_batches(self, epoch: int) -> list[np.ndarray]:
        """See Task."""
        return training_batches(self, epoch, self.recipe.train, self.world)

    def read(self, indices: Sequence[int] | np.ndarray, epoch: int = 0) -> Crops:
        """See Task."""
        crops, mel = self.recipe.section(CropConfig), self.recipe.frontend.mel
        clips = [self.items[int(place)] for place in indices]
        read = [read_crop(clip.path, np.random.default_rng(epoch), mel, crops) for clip in clips]
        return Crops(
            tuple(clip.id for clip in clips),
            torch.from_numpy(np.stack([crop.samples for crop in read])),
            torch.from_numpy(np.stack([crop.mel for crop in read])),
        )

    def count(self, batch: Crops) -> tuple[Tensor]:
        """See Task."""
        return (torch.full((len(batch.ids),), batch.audio.shape[1]),)

    def size(self, batch: Crops) -> int:
        """See Task."""
        return batch.audio.numel()

    def losses(
        self,
        model: nn.Module,
        batch: Crops,
        step: int,  # noqa: ARG002
        totals: Sequence[Tensor],
    ) -> Loss:
        """See Task."""
        sound = model(batch.mel)[:, : batch.audio.shape[1]]
        return Loss((sound - batch.audio).square().sum() / totals[0])


def fit(config: ToyVocoderConfig, frontend: FrontendConfig) -> ToyVocoderConfig:
    """The sizes that the mels decide."""
    mel = frontend.mel
    return replace(config, mel_channels=mel.mel_channels, hop_length=mel.hop_length)


def make_task(recipe: Recipe, items: Items, world: World) -> ToyVocoderTask:
    """The task of a recipe on some recordings."""
    return ToyVocoderTask(items, recipe, world)


def evaluator(
    task: Task, held_out: Task, recipe: Recipe, folder: Path, log: TrainingLog
) -> Callable[[TrainingRun], Evaluation]:
    """What gives the loss of the training clips."""
    del held_out, recipe, folder, log

    def evaluate(run: TrainingRun) -> Evaluation:
        batch = task.read(np.arange(len(task.items)))
        total = task.count(batch)[0].sum()
        with torch.no_grad():
            loss = float(task.losses(run.model, batch, run.step, [total]).total)
        return Evaluation({"val_loss": loss}, -loss, f"step {run.step}: loss {loss:.3f}")

    return evaluate
