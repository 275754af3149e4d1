"""The learning rate as a pure function of the step, and when it changes next."""

from dataclasses import dataclass
from math import cos, pi
from typing import Literal

from .settings import ScheduleConfig


@dataclass(frozen=True)
class Milestone:
    """A change to come: from step or epoch `at` on, counted from 0, the learning rate is `rate`."""

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
    """The learning rate of the step that is done next.

    `start` is the step and the epoch at which this fine-tune began, those of the checkpoint that
    it started from: the rule counts from there, or from 0 where `config.absolute`. `total_steps`
    is where rule cosine ends, counted as `step` is. During `warmup_steps` the rate rises in a
    straight line, whatever the rule.
    """
    step, epoch, total_steps = _counted(step, epoch, total_steps, config, start)
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    if config.rule == "anneal":
        return config.learning_rate * _annealed(epoch, config)
    if config.rule == "cosine":
        way = (step - config.warmup_steps) / max(total_steps - config.warmup_steps, 1)
        share = (1 + cos(pi * min(way, 1.0))) / 2
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
    """The changes that come after this step and epoch, in order; of a slope, where it ends.

    The arguments are those of `learning_rate`, and so is what a milestone counts from.
    """
    first_step, first_epoch = (0, 0) if config.absolute else start
    to_come = []
    warm = first_step + config.warmup_steps
    if step < warm:
        rate = learning_rate(warm, epoch, config, total_steps, start)
        to_come.append(Milestone("step", warm, rate))
    if config.rule == "anneal":
        epochs = [first_epoch + drop for drop in config.anneal_steps]
        to_come += [
            Milestone("epoch", at, config.learning_rate * _annealed(at - first_epoch, config))
            for at in epochs
            if at > epoch
        ]
    if config.rule == "cosine":
        places = [warm + (total_steps - warm) // 2, total_steps]
        to_come += [
            Milestone("step", at, learning_rate(at, epoch, config, total_steps, start))
            for at in places
            if at > max(step, warm)
        ]
    return tuple(to_come)


def _counted(
    step: int, epoch: int, total_steps: int, config: ScheduleConfig, start: tuple[int, int]
) -> tuple[int, int, int]:
    """Step, epoch and end as the rule counts them."""
    if config.absolute:
        return step, epoch, total_steps
    return step - start[0], epoch - start[1], total_steps - start[0]


def _annealed(epoch: int, config: ScheduleConfig) -> float:
    """What is left of the learning rate after the drops up to an epoch.

    A tenth at each; with factor 0.3 to three tenths and a tenth of what it was, by turns, which
    keeps the rates 1, 3, 1, 3 times a power of ten.
    """
    drops = sum(epoch >= drop for drop in config.anneal_steps)
    if config.anneal_factor == 0.3:
        return 0.1 ** (drops // 2) * (0.3 if drops % 2 else 1.0)
    return config.anneal_factor**drops
