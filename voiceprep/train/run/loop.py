"""The training loop: the same order of operations at every step, for every model.

Set the learning rate, run forward and backward over the batches that share the step, clip the
gradients, step the optimiser, report. Every random draw depends on seed, step and process alone,
and the batches of an epoch on seed and epoch: a resumed run equals one that was never stopped.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from ...batch.summary import clip_count
from ..data.batching import epoch_batches, read_ahead
from ..data.items import Items
from ..device import World, autocast, memory_errors, sum_over_world
from ..settings import ScheduleConfig, TrainConfig
from .schedule import learning_rate


class Task(Protocol):
    """What the training loop needs from a model and its data."""

    @property
    def items(self) -> Items:
        """The clips."""

    @property
    def lengths(self) -> np.ndarray:
        """The length of each clip in a batch, in mel frames, (clips,)."""

    @property
    def unit(self) -> str:
        """What the model predicts, in the plural: frames, samples."""

    def epoch_batches(self, epoch: int) -> list[np.ndarray]:
        """The clips of each batch of an epoch for this process; all processes get as many."""

    def read(self, indices: np.ndarray, epoch: int = 0) -> Any:
        """A batch of an epoch; it has `ids` and `to(device)`."""

    def count(self, batch: Any) -> Sequence[Tensor]:
        """The batch's part of the counts that the losses are divided by."""

    def size(self, batch: Any) -> int:
        """The size of a batch, in `unit`."""

    def losses(self, model: nn.Module, batch: Any, step: int, totals: Sequence[Tensor]) -> Any:
        """This batch's share of the losses, a NamedTuple whose `total` is trained on."""


def training_batches(task: Task, epoch: int, train: TrainConfig, world: World) -> list[np.ndarray]:
    """The batches of an epoch of a task that follows the training settings."""
    shares = (world.rank, world.size)
    sizes = (train.batch_size, train.batch_frames)
    return epoch_batches(task.lengths, epoch, train.seed, *sizes, *shares)


@dataclass
class TrainingRun:
    """The state that changes while a model trains."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    step: int = 0
    epoch: int = 0
    place: int = 0
    """Batches of the epoch that are done."""
    skipped: int = 0
    best: float | None = None
    evaluation_due: bool = False
    """Whether the evaluation of this step is still to be made."""
    average: dict[str, Tensor] | None = None
    """A running average of the weights, on their device; None for a model without one."""

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """A context in which the model has the averaged weights, where there are any."""
        if self.average is None:
            yield
            return
        weights = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.model.load_state_dict(self.average)
        try:
            yield
        finally:
            self.model.load_state_dict(weights)


@dataclass(frozen=True)
class TrainingPlan:
    """The settings and sizes that do not change while a run trains."""

    train: TrainConfig
    schedule: ScheduleConfig
    precision: str
    total_steps: int
    steps_per_epoch: int
    world_size: int = 1
    start: tuple[int, int] = (0, 0)
    """The step and epoch at which this fine-tune started."""
    counted: tuple[int, int] = (0, 0)
    """The step and epoch since which epochs have `steps_per_epoch`."""
    average_decay: float = 0.0
    """How much of the average of the weights is kept at each step."""


@dataclass(frozen=True)
class Step:
    """The result of one step, over all processes."""

    losses: Mapping[str, float]
    learning_rate: float
    gradient_norm: float
    size: int
    """The amount of data in the step, in the task's unit."""
    seconds: float
    epoch: int
    iteration: int
    """The number of the step within its epoch, from 0."""
    ids: tuple[str, ...] = field(repr=False)
    skipped: bool = False


def train_steps(
    run: TrainingRun, task: Task, plan: TrainingPlan, world: World, model: nn.Module | None = None
) -> Iterator[Step]:
    """Take all remaining steps and yield the result of each.

    `model` is the run's model wrapped by DDP, where there are several processes.
    """
    device = next(run.model.parameters()).device
    while run.step < plan.total_steps:
        places, group = task.epoch_batches(run.epoch), plan.train.accumulate
        if run.place >= len(places):
            # There are fewer clips than when the run was stopped.
            run.epoch, run.place = run.epoch + 1, 0
            continue
        read = partial(task.read, epoch=run.epoch)
        ahead = read_ahead(places[run.place :], read, plan.train.workers)
        while run.place < len(places) and run.step < plan.total_steps:
            size = min(group, len(places) - run.place)
            with memory_errors(describe_batch(task, places[run.place : run.place + size])):
                batches = [next(ahead).to(device) for _ in range(size)]
                step = take_step(run, task, batches, plan, world, model or run.model)
            run.step, run.place = run.step + 1, run.place + size
            run.skipped += step.skipped
            if run.place >= len(places):
                run.epoch, run.place = run.epoch + 1, 0
                ahead.close()
                yield step
                break
            yield step


def describe_batch(task: Task, batches: Sequence[np.ndarray]) -> str:
    """The size of the largest of some batches, in words."""
    frames = [len(batch) * int(task.lengths[batch].max()) for batch in batches]
    clips = len(batches[int(np.argmax(frames))])
    return f"a batch of {clip_count(clips)}, {max(frames)} mel frames with padding"


def take_step(
    run: TrainingRun,
    task: Task,
    batches: Sequence[Any],
    plan: TrainingPlan,
    world: World,
    model: nn.Module,
) -> Step:
    """One optimiser step over the batches that share it, skipped if a gradient is not finite."""
    started, device = time.perf_counter(), next(model.parameters()).device
    rate = learning_rate(run.step, run.epoch, plan.schedule, plan.total_steps, plan.start)
    for group in run.optimizer.param_groups:
        # A restored optimiser has its old ones.
        group["lr"], group["weight_decay"] = rate, plan.train.weight_decay
    torch.manual_seed(step_seed(plan.train.seed, run.step, world.rank))
    # Batch norms update their statistics in the forward pass, even if the step is skipped.
    buffers = [value.clone() for value in run.model.buffers()]
    totals = _totals([task.count(batch) for batch in batches])
    shares = []
    for batch in batches:
        with autocast(plan.precision, device):
            losses = task.losses(model, batch, run.step, totals)
        # DDP averages gradients over processes, but their sum is needed.
        run.scaler.scale(losses.total * world.size).backward()
        shares.append(torch.stack([value.detach().float() for value in losses]))
    names = losses._fields
    run.scaler.unscale_(run.optimizer)
    norm = nn.utils.clip_grad_norm_(run.model.parameters(), plan.train.grad_clip)
    values = sum_over_world(torch.stack(shares).sum(0)).tolist()
    usable = bool(torch.isfinite(norm))
    if usable:
        run.scaler.step(run.optimizer)
        if run.average is not None:
            update_average(run.average, run.model, plan.average_decay)
    else:
        for buffer, saved in zip(run.model.buffers(), buffers, strict=True):
            buffer.copy_(saved)
    run.scaler.update()
    run.optimizer.zero_grad(set_to_none=True)
    size = int(sum_over_world(torch.tensor(sum(map(task.size, batches)), device=device)))
    return Step(
        dict(zip(names, values, strict=True)),
        rate,
        float(norm),
        size,
        time.perf_counter() - started,
        run.epoch,
        run.place // plan.train.accumulate,
        tuple(name for batch in batches for name in batch.ids),
        skipped=not usable,
    )


def make_average(model: nn.Module) -> dict[str, Tensor]:
    """A running average of the weights, initialised with the current weights."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


@torch.no_grad()
def update_average(average: dict[str, Tensor], model: nn.Module, decay: float) -> None:
    """Move the average towards the weights; counters are copied."""
    for name, value in model.state_dict().items():
        if value.is_floating_point():
            average[name].lerp_(value, 1 - decay)
        else:
            average[name].copy_(value)


def step_seed(seed: int, step: int, rank: int) -> int:
    """The seed of all random draws of a step."""
    return int(np.random.SeedSequence((seed, step, rank)).generate_state(1, np.uint64)[0] >> 1)


def _totals(counts: Sequence[Sequence[Tensor]]) -> list[Tensor]:
    """Each count, summed over the clips of all batches and processes."""
    return [sum_over_world(torch.cat(list(parts)).sum()) for parts in zip(*counts, strict=True)]
