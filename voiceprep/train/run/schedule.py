"""The learning rate as a pure function of the step, and when it changes next."""

from dataclasses import dataclass
from math import cos, pi
from typing import Literal

from ..settings import ScheduleConfig


@dataclass(frozen=True)
class Milestone:
    """A scheduled change: from step or epoch `at` on, counted from 0, the rate is `rate`."""

    unit: Literal["step", "epoch"]
    at: int
    rate: float


def learning_rate(
    step: int,
    epoch: int,
    config: ScheduleConfig,
    total_steps: int = 0,
    start: tuple[int, int] = (0, 0),
) -> float:
    """The learning rate of the next step.

    `start` is the step and the epoch of the checkpoint that a fine-tune started from: the rule
    counts from there, or from 0 where `config.absolute`. `total_steps` is where rule cosine ends,
    counted as `step` is. During `warmup_steps` the rate rises linearly, whatever the rule.
    """
    step, epoch, total_steps = _counted(step, epoch, total_steps, config, start)
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    if config.rule == "anneal":
        return config.learning_rate * _annealed(epoch, config)
    if config.rule == "cosine":
        progress = (step - config.warmup_steps) / max(total_steps - config.warmup_steps, 1)
        share = (1 + cos(pi * min(progress, 1.0))) / 2
        rise = config.learning_rate - config.final_learning_rate
        return config.final_learning_rate + rise * share
    return config.learning_rate


def milestones(
    step: int,
    epoch: int,
    config: ScheduleConfig,
    total_steps: int = 0,
    start: tuple[int, int] = (0, 0),
) -> tuple[Milestone, ...]:
    """The changes after this step and epoch, in order; for a slope, its end.

    The arguments and the counting are those of `learning_rate`.
    """
    first_step, first_epoch = (0, 0) if config.absolute else start
    changes = []
    warmup_end = first_step + config.warmup_steps
    if step < warmup_end:
        rate = learning_rate(warmup_end, epoch, config, total_steps, start)
        changes.append(Milestone("step", warmup_end, rate))
    if config.rule == "anneal":
        epochs = [first_epoch + drop for drop in config.anneal_steps]
        changes += [
            Milestone("epoch", at, config.learning_rate * _annealed(at - first_epoch, config))
            for at in epochs
            if at > epoch
        ]
    if config.rule == "cosine":
        places = [warmup_end + (total_steps - warmup_end) // 2, total_steps]
        changes += [
            Milestone("step", at, learning_rate(at, epoch, config, total_steps, start))
            for at in places
            if at > max(step, warmup_end)
        ]
    return tuple(changes)


def _counted(
    step: int, epoch: int, total_steps: int, config: ScheduleConfig, start: tuple[int, int]
) -> tuple[int, int, int]:
    """Step, epoch and end as the rule counts them."""
    if config.absolute:
        return step, epoch, total_steps
    return step - start[0], epoch - start[1], total_steps - start[0]


def _annealed(epoch: int, config: ScheduleConfig) -> float:
    """The factor on the learning rate after the drops up to an epoch.

    `anneal_factor` at each; 0.3 is alternately 0.3 and a third, which keeps the rates 1 or 3 times
    a power of ten.
    """
    drops = sum(epoch >= drop for drop in config.anneal_steps)
    if config.anneal_factor == 0.3:
        return 0.1 ** (drops // 2) * (0.3 if drops % 2 else 1.0)
    return config.anneal_factor**drops
