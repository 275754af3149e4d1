"""The training loop: the same order of operations at every step, for every model.

Set the learning rate, run forward and backward over the batches that share the step, clip the
gradients, step the optimiser, report. On a GPU the host runs ahead, and reads the results of
several steps at once. Every random draw depends on seed, step and process alone, and the batches of
an epoch on seed and epoch: a resumed run equals one that was never stopped.
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from ...batch.summary import clip_count
from ..data.batching import epoch_batches
from ..data.items import Items
from ..data.prefetch import batches_on
from ..device import World, autocast, memory_errors, sum_over_world
from ..settings import ScheduleConfig, TrainConfig
from .schedule import learning_rate

# Steps whose results are read together; where none are named, each by itself. Reading waits for
# the device, which then waits for the next step.
READ_STEPS = {"cuda": 10, "mps": 10}


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
        """A batch of an epoch: a Movable with `ids`."""

    def count(self, batch: Any) -> Sequence[Tensor]:
        """The batch's part of the counts that the losses are divided by."""

    def size(self, batch: Any) -> int:
        """The size of a batch, in `unit`, known on the host wherever the batch is."""

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
    """A fused one, which skips a step if its `found_inf` is 1."""
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

    number: int
    """The steps taken so far, this one included."""
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


@dataclass(frozen=True)
class TakenStep:
    """A step whose result is still on the device; `read_steps` reads it."""

    number: int
    names: tuple[str, ...]
    values: Tensor
    """The losses and the size, over all processes, and the gradient norm; float32."""
    learning_rate: float
    epoch: int
    iteration: int
    ids: tuple[str, ...]
    started: float


def train_steps(
    run: TrainingRun, task: Task, plan: TrainingPlan, world: World, model: nn.Module | None = None
) -> Iterator[tuple[Step, ...]]:
    """Take all remaining steps and yield their results, in groups of steps that are read together.

    A group ends where an epoch does, and where an evaluation or a checkpoint is due. `model` is
    the run's model wrapped by DDP, where there are several processes.
    """
    device = next(run.model.parameters()).device
    while run.step < plan.total_steps:
        places, taken = task.epoch_batches(run.epoch), list[TakenStep]()
        if run.place >= len(places):
            # There are fewer clips than when the run was stopped.
            run.epoch, run.place = run.epoch + 1, 0
            continue
        read = partial(task.read, epoch=run.epoch)
        with closing(batches_on(device, places[run.place :], read, plan.train.workers)) as ahead:
            for first in range(run.place, len(places), plan.train.accumulate):
                step = places[first : first + plan.train.accumulate]
                with memory_errors(describe_batch(task, step)):
                    batches = [next(ahead) for _ in step]
                    taken.append(take_step(run, task, batches, plan, world, model or run.model))
                run.step, run.place = run.step + 1, run.place + len(step)
                if run.place >= len(places):
                    run.epoch, run.place = run.epoch + 1, 0
                if _ends_group(run, plan, len(taken), device):
                    group, taken = read_steps(taken), []
                    run.skipped += sum(step.skipped for step in group)
                    yield group
                if run.step >= plan.total_steps:
                    return


def _ends_group(run: TrainingRun, plan: TrainingPlan, steps: int, device: torch.device) -> bool:
    """Whether the results of the last steps are read before the next one is taken."""
    return (
        steps >= READ_STEPS.get(device.type, 1)
        or not run.place
        or run.step >= plan.total_steps
        or run.step % plan.train.evaluate_every == 0
        or run.step % plan.train.save_every == 0
    )


def read_steps(taken: Sequence[TakenStep]) -> tuple[Step, ...]:
    """The results of some steps in a row, which are waited for; each took its share of the time."""
    rows = torch.stack([step.values for step in taken]).tolist()
    seconds = (time.perf_counter() - taken[0].started) / len(taken)
    return tuple(
        Step(
            step.number,
            dict(zip(step.names, losses, strict=True)),
            step.learning_rate,
            norm,
            int(size),
            seconds,
            step.epoch,
            step.iteration,
            step.ids,
            skipped=not math.isfinite(norm),
        )
        for step, (*losses, size, norm) in zip(taken, rows, strict=True)
    )


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
) -> TakenStep:
    """One optimiser step over the batches that share it, skipped if a gradient is not finite.

    Nothing in it waits for a GPU: what decides on the skip stays on the device.
    """
    started, device = time.perf_counter(), next(model.parameters()).device
    rate = learning_rate(run.step, run.epoch, plan.schedule, plan.total_steps, plan.start)
    for group in run.optimizer.param_groups:
        # A restored optimiser has its old ones.
        group["lr"], group["weight_decay"] = rate, plan.train.weight_decay
    torch.manual_seed(step_seed(plan.train.seed, run.step, world.rank))
    # Batch norms update their statistics in the forward pass, even if the step is skipped.
    saved = [value.clone() for value in run.model.buffers()]
    totals = _totals([task.count(batch) for batch in batches])
    shares = []
    for batch in batches:
        with autocast(plan.precision, device):
            losses = task.losses(model, batch, run.step, totals)
        # DDP averages gradients over processes, but their sum is needed.
        run.scaler.scale(losses.total * world.size).backward()
        shares.append(torch.stack([value.detach().float() for value in losses]))
    run.scaler.unscale_(run.optimizer)
    norm = nn.utils.clip_grad_norm_(run.model.parameters(), plan.train.grad_clip)
    _update(run, torch.isfinite(norm), saved, plan.average_decay)
    size = torch.full((1,), sum(map(task.size, batches)), dtype=torch.float32, device=device)
    summed = sum_over_world(torch.cat([torch.stack(shares).sum(0), size]))
    return TakenStep(
        run.step + 1,
        losses._fields,
        torch.cat([summed, norm.float()[None]]),
        rate,
        run.epoch,
        run.place // plan.train.accumulate,
        tuple(name for batch in batches for name in batch.ids),
        started,
    )


@torch.no_grad()
def _update(run: TrainingRun, usable: Tensor, saved: Sequence[Tensor], decay: float) -> None:
    """Step the optimiser where the gradient is usable; where not, all is as before the step."""
    for buffer, before in zip(run.model.buffers(), saved, strict=True):
        torch.where(usable, buffer, before, out=buffer)
    # Read by a fused optimiser, as torch's own scaler sets it, which here only scales: it knows
    # infinite gradients, from unscale_(), but no infinite norm.
    run.optimizer.found_inf = (~usable).float()  # type: ignore[attr-defined]  # torch declares none
    run.optimizer.step()
    run.scaler.update()
    run.optimizer.zero_grad(set_to_none=True)
    if run.average is not None:
        update_average(run.average, run.model, decay, usable)


def make_average(model: nn.Module) -> dict[str, Tensor]:
    """A running average of the weights, initialised with the current weights."""
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


@torch.no_grad()
def update_average(
    average: Mapping[str, Tensor], model: nn.Module, decay: float, usable: Tensor
) -> None:
    """Move the average towards the weights, if they are usable; counters are copied."""
    for name, value in model.state_dict().items():
        # Towards itself it does not move.
        target = torch.where(usable, value, average[name])
        if value.is_floating_point():
            average[name].lerp_(target, 1 - decay)
        else:
            average[name].copy_(target)


def step_seed(seed: int, step: int, rank: int) -> int:
    """The seed of all random draws of a step."""
    return int(np.random.SeedSequence((seed, step, rank)).generate_state(1, np.uint64)[0] >> 1)


def _totals(counts: Sequence[Sequence[Tensor]]) -> list[Tensor]:
    """Each count, summed over the clips of all batches and processes."""
    return [sum_over_world(torch.cat(list(parts)).sum()) for parts in zip(*counts, strict=True)]
