"""The training loop: one order, kept at every step, for every model.

Set the rate, forward and backward over the batches that share the step, clip, step, tell. Every
random draw is a function of seed, step and process, and the plan of an epoch one of seed and
epoch: a run that was stopped goes on as if it had not been.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from .batches import epoch_batches, read_ahead
from .data import Items
from .device import World, autocast, sum_over_world
from .schedule import learning_rate
from .settings import ScheduleConfig, TrainConfig


class Task(Protocol):
    """What the loop must know of one model and its data."""

    items: Items
    """The clips."""
    lengths: np.ndarray
    """What each of them adds to a batch, in mel frames, (clips,)."""
    unit: str
    """What the model makes, in the plural."""

    def plan(self, epoch: int) -> list[np.ndarray]:
        """The clips of each batch of an epoch, for this process; equally many for each."""

    def read(self, indices: np.ndarray, epoch: int = 0) -> Any:
        """A batch of an epoch, with its `ids` and `to`."""

    def count(self, batch: Any) -> Sequence[Tensor]:
        """What a batch adds to the counts that the losses are divided by."""

    def size(self, batch: Any) -> int:
        """How much a batch holds of what the model makes, in its unit."""

    def losses(self, model: nn.Module, batch: Any, step: int, totals: Sequence[Tensor]) -> Any:
        """This batch's share of the losses, a NamedTuple whose `total` is trained on."""


def plan_epoch(task: Task, epoch: int, train: TrainConfig, world: World) -> list[np.ndarray]:
    """The plan of a task whose batches are made as the settings of training say."""
    shares = (world.rank, world.size)
    sizes = (train.batch_size, train.batch_frames)
    return epoch_batches(task.lengths, epoch, train.seed, *sizes, *shares)


@dataclass
class Run:
    """All that changes while a model trains."""

    model: nn.Module
    optimiser: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    step: int = 0
    epoch: int = 0
    place: int = 0
    """Batches of the epoch that are done."""
    skipped: int = 0
    best: float | None = None


@dataclass(frozen=True)
class Pace:
    """How a run goes on: what does not change while it does."""

    train: TrainConfig
    schedule: ScheduleConfig
    precision: str
    total_steps: int
    steps_per_epoch: int
    world_size: int = 1
    start: tuple[int, int] = (0, 0)
    """The step and epoch at which this fine-tune began."""
    counted: tuple[int, int] = (0, 0)
    """The step and epoch since which its epochs have `steps_per_epoch`."""


@dataclass(frozen=True)
class Step:
    """What one step came to, over all processes."""

    losses: Mapping[str, float]
    learning_rate: float
    gradient_norm: float
    size: int
    """How much it was taken from, in the task's unit."""
    seconds: float
    epoch: int
    iteration: int
    """Which of its epoch's steps it was, from 0."""
    ids: tuple[str, ...] = field(repr=False)
    skipped: bool = False


def train_steps(
    run: Run, task: Task, pace: Pace, world: World, model: nn.Module | None = None
) -> Iterator[Step]:
    """Take step after step until all are taken; what each came to, when it is taken.

    `model` is the run's model as it is to be called, where DDP wraps it.
    """
    device = next(run.model.parameters()).device
    while run.step < pace.total_steps:
        plan, group = task.plan(run.epoch), pace.train.accumulate
        if run.place >= len(plan):
            # Of the clips that the run was stopped with, some have been taken away.
            run.epoch, run.place = run.epoch + 1, 0
            continue
        read = partial(task.read, epoch=run.epoch)
        ahead = read_ahead(plan[run.place :], read, pace.train.workers)
        while run.place < len(plan) and run.step < pace.total_steps:
            size = min(group, len(plan) - run.place)
            batches = [next(ahead).to(device) for _ in range(size)]
            told = take_step(run, task, batches, pace, world, model or run.model)
            run.step, run.place = run.step + 1, run.place + size
            run.skipped += told.skipped
            if run.place >= len(plan):
                run.epoch, run.place = run.epoch + 1, 0
                ahead.close()
                yield told
                break
            yield told


def take_step(
    run: Run, task: Task, batches: Sequence[Any], pace: Pace, world: World, model: nn.Module
) -> Step:
    """One step of the optimiser over batches that share it; without a usable gradient, none."""
    began, device = time.perf_counter(), next(model.parameters()).device
    rate = learning_rate(run.step, run.epoch, pace.schedule, pace.total_steps, pace.start)
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    torch.manual_seed(step_seed(pace.train.seed, run.step, world.rank))
    # Batch norms take their statistics on the way forward, be the step of use or not.
    before = [value.clone() for value in run.model.buffers()]
    totals = _totals([task.count(batch) for batch in batches])
    shares = []
    for batch in batches:
        with autocast(pace.precision, device):
            losses = task.losses(model, batch, run.step, totals)
        # DDP takes the mean over processes of what is to be their sum.
        run.scaler.scale(losses.total * world.size).backward()
        shares.append(torch.stack([value.detach().float() for value in losses]))
    names = losses._fields
    run.scaler.unscale_(run.optimiser)
    norm = nn.utils.clip_grad_norm_(run.model.parameters(), pace.train.grad_clip)
    told = sum_over_world(torch.stack(shares).sum(0)).tolist()
    usable = bool(torch.isfinite(norm))
    if usable:
        run.scaler.step(run.optimiser)
    else:
        for value, kept in zip(run.model.buffers(), before, strict=True):
            value.copy_(kept)
    run.scaler.update()
    run.optimiser.zero_grad(set_to_none=True)
    size = int(sum_over_world(torch.tensor(sum(map(task.size, batches)), device=device)))
    return Step(
        dict(zip(names, told, strict=True)),
        rate,
        float(norm),
        size,
        time.perf_counter() - began,
        run.epoch,
        run.place // pace.train.accumulate,
        tuple(name for batch in batches for name in batch.ids),
        skipped=not usable,
    )


def step_seed(seed: int, step: int, rank: int) -> int:
    """What all random draws of a step begin with."""
    return int(np.random.SeedSequence((seed, step, rank)).generate_state(1, np.uint64)[0] >> 1)


def _totals(counts: Sequence[Sequence[Tensor]]) -> list[Tensor]:
    """Each count over the clips of all batches and processes."""
    return [sum_over_world(torch.cat(list(parts)).sum()) for parts in zip(*counts, strict=True)]
