"""The toy in training: its batches, its loss and its evaluation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ..data.items import Items, collate
from ..data.mel_files import MelReader
from ..device import World
from ..frontend import FrontendConfig
from ..recipe import Recipe
from ..run.log import TrainingLog
from ..run.loop import Task, TrainingRun, training_batches
from ..run.trainer import Evaluation
from ..tensors import Batch
from .network import ToyConfig


class Loss(NamedTuple):
    """The squared error."""

    total: Tensor


@dataclass(frozen=True)
class ToyTask:
    """The toy and its clips."""

    items: Items
    recipe: Recipe
    world: World
    unit = "frames"

    @property
    def lengths(self) -> np.ndarray:
        """See Task."""
        return self.items.frames

    def epoch_batches(self, epoch: int) -> list[np.ndarray]:
        """See Task."""
        return training_batches(self, epoch, self.recipe.train, self.world)

    def read(self, indices: Sequence[int] | np.ndarray, epoch: int = 0) -> Batch:  # noqa: ARG002
        """See Task."""
        clips = [self.items[int(place)] for place in indices]
        return collate(clips, MelReader(self.recipe.frontend.mel))

    def count(self, batch: Batch) -> tuple[Tensor]:
        """See Task."""
        return (batch.mel_lengths,)

    def size(self, batch: Batch) -> int:
        """See Task."""
        return sum(batch.lengths.mel)

    def losses(
        self,
        model: nn.Module,
        batch: Batch,
        step: int,  # noqa: ARG002
        totals: Sequence[Tensor],
    ) -> Loss:
        """See Task."""
        mel, _ = model(batch.text, batch.mel.shape[2])
        return Loss((mel - batch.mel).square().sum() / totals[0] / batch.mel.shape[1])


def fit(config: ToyConfig, frontend: FrontendConfig) -> ToyConfig:
    """The sizes that the data decides."""
    channels = frontend.mel.mel_channels
    return replace(config, symbols=len(frontend.symbols), mel_channels=channels)


def make_task(recipe: Recipe, items: Items, world: World) -> ToyTask:
    """The task of a recipe on some clips."""
    return ToyTask(items, recipe, world)


def evaluator(
    task: Task, held_out: Task, recipe: Recipe, folder: Path, log: TrainingLog
) -> Callable[[TrainingRun], Evaluation]:
    """What gives the loss of the training clips."""
    del held_out, recipe, folder, log

    def evaluate(run: TrainingRun) -> Evaluation:
        batch = task.read(np.arange(len(task.items)))
        with torch.no_grad():
            loss = float(
                task.losses(run.model, batch, run.step, [task.count(batch)[0].sum()]).total
            )
        return Evaluation({"val_loss": loss}, -loss, f"step {run.step}: loss {loss:.3f}")

    return evaluate
