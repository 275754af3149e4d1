"""Sets up a run: from scratch, from a checkpoint's weights, or resumed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ...config import build
from ..checkpoints.checkpoint import Checkpoint
from ..data.items import Items
from ..device import Machine, World, describe_precision, make_scaler
from ..recipe import Recipe
from ..settings import InferConfig, TrainConfig
from .compatibility import MelStatistics, compare_checkpoint
from .log import TrainingLog
from .loop import Task, TrainingPlan, TrainingRun, make_average
from .resume import RESUMED_FROM, check_same, is_ours, next_epoch, recount, restore_run
from .schedule import learning_rate, milestones
from .trainer import Evaluation
from .warm_start import freeze, warm_start

# Clips that are listed where several have the same problem.
SHOWN_CLIPS = 3
# Model settings that come from the data or the user, not from the checkpoint to start from.
DECIDED = ("symbols", "mel_channels", "hop_length", "padding")


@dataclass(frozen=True)
class RunSetup:
    """A run at its first step, its plan, and notes on how it was set up."""

    run: TrainingRun
    plan: TrainingPlan
    recipe: Recipe
    notes: tuple[str, ...]
    init_from: str = ""
    """The `--init-from` that a resumed run was started with, as it was typed."""
    resumed_from: str = ""
    """The content hash of the checkpoint that it was resumed from, where that is not its own."""


def build_run(
    recipe: Recipe,
    steps_per_epoch: int,
    machine: Machine,
    continued: Checkpoint | None = None,
    started_from: Checkpoint | None = None,
    symbol_from: str = "",
) -> RunSetup:
    """The run of a recipe: from scratch, resumed from `continued`, or warm-started.

    `symbol_from` says which symbols of a warm start begin from others, see `warm_start`.

    A recipe that leaves the model's sizes at their defaults takes those of the checkpoint that it
    starts from; so does every recipe of a model that cannot be resized.
    """
    notes: list[str] = []
    if started_from:
        recipe = _adopt_checkpoint(recipe, started_from, notes)
    if continued:
        recipe = (
            _restore_recipe(recipe, continued)
            if is_ours(continued)
            else _adopt_checkpoint(recipe, continued, notes)
        )
        check_same(continued, recipe.config, recipe.frontend)
    torch.manual_seed(recipe.train.seed)
    model: nn.Module = recipe.spec.load("network")(recipe.config)
    if started_from:
        taken = (recipe.train.ignore_layers, symbol_from)
        report = warm_start(model, recipe.frontend, started_from, *taken)
        notes += [*started_from.notes, *report.lines()]
    if recipe.train.freeze:
        count = freeze(model, recipe.train.freeze)
        notes.append(f"{count:,} parameters train, {recipe.train.freeze} are frozen")
    model.to(machine.device)
    run = TrainingRun(
        model,
        make_optimizer(model, recipe.train),
        make_scaler(machine.precision, machine.device),
        average=make_average(model) if recipe.spec.average_decay else None,
    )
    start = (0, 0)
    if started_from and recipe.schedule.absolute:
        start = (started_from.step, next_epoch(started_from, steps_per_epoch))
        run.step, run.epoch = start
    saved: Mapping[str, Any] = (continued and continued.training) or {}
    if "start" in saved:
        step, epoch = saved["start"]
        start = (step, epoch)
    plan = _make_plan(recipe, steps_per_epoch, machine, start)
    if continued:
        notes += restore_run(run, plan, continued)
        plan = recount(run, plan, continued)
    notes += describe_schedule(run, plan, steps_per_epoch)
    starts = (saved.get("init_from", ""), saved.get(RESUMED_FROM, ""))
    return RunSetup(run, plan, recipe, tuple(notes), *starts)


def build_task(recipe: Recipe, items: Items, world: World = World()) -> Task:
    """The task of a recipe on some clips; raises SettingError for settings that conflict."""
    task: Task = recipe.spec.load("task")(recipe, items, world)
    return task


def build_evaluator(
    recipe: Recipe, task: Task, held_out: Task, folder: Path, log: TrainingLog
) -> Callable[[TrainingRun], Evaluation]:
    """The evaluator of a run, given its task and that of the held-out clips."""
    make = recipe.spec.load("evaluator")
    evaluator: Callable[[TrainingRun], Evaluation] = make(task, held_out, recipe, folder, log)
    return evaluator


def make_optimizer(model: nn.Module, train: TrainConfig) -> torch.optim.Adam:
    """Adam over all parameters, in the original's order; frozen ones have no gradient."""
    return torch.optim.Adam(model.parameters(), weight_decay=train.weight_decay, fused=True)


def check_compatibility(
    started_from: Checkpoint, recipe: Recipe, items: Items, statistics: MelStatistics
) -> list[str]:
    """Problems to expect from a checkpoint on these clips, a line each."""
    lengths = {}
    if "infer" in recipe.spec.sections():
        lengths = {items[place].id: int(count) for place, count in enumerate(items.frames)}
    limit = recipe.section(InferConfig).max_frames
    findings = compare_checkpoint(started_from, recipe.frontend, statistics, lengths, limit)
    faults = [row for row in findings if not row.ok]
    lines = [f"{row.id}, {row.check}: {row.advice}" for row in faults]
    others = len(lines) - sum(row.id in lengths for row in faults)
    rest = len(lines) - others - SHOWN_CLIPS
    more = [f"{rest} more clips have such a problem"] if rest > 0 else []
    return [*lines[: others + SHOWN_CLIPS], *more]


def _make_plan(
    recipe: Recipe, steps_per_epoch: int, machine: Machine, start: tuple[int, int]
) -> TrainingPlan:
    train = recipe.train
    steps = train.epochs * steps_per_epoch if train.epochs else train.steps
    return TrainingPlan(
        train,
        recipe.schedule,
        machine.precision,
        start[0] + steps,
        steps_per_epoch,
        machine.world.size,
        start,
        start,
        recipe.spec.average_decay,
    )


def _adopt_checkpoint(recipe: Recipe, checkpoint: Checkpoint, notes: list[str]) -> Recipe:
    """The recipe with the checkpoint's sizes and, if asked for, its learning rate."""
    config = _with_sizes(recipe, checkpoint)
    if changed := _differences(config, recipe.config):
        notes.append(f"sizes as in the checkpoint: {changed}")
    schedule = recipe.schedule
    if schedule.use_saved:
        saved = (checkpoint.training or {}).get("learning_rate")
        if saved:
            schedule = replace(schedule, learning_rate=saved)
        else:
            notes.append(
                "--use-saved-learning-rate is ignored: the checkpoint saves no learning rate"
            )
    return replace(recipe, config=config, schedule=schedule)


def _restore_recipe(recipe: Recipe, checkpoint: Checkpoint) -> Recipe:
    """The recipe with what the run took from the checkpoint that it began with."""
    saved = checkpoint.training or {}
    ignored = saved.get("ignore_layers", recipe.train.ignore_layers)
    train, schedule = replace(recipe.train, ignore_layers=ignored), recipe.schedule
    if schedule.use_saved and "highest_learning_rate" in saved:
        schedule = replace(schedule, learning_rate=saved["highest_learning_rate"])
    began_elsewhere = saved.get("init_from") or saved.get(RESUMED_FROM)
    config = _with_sizes(recipe, checkpoint) if began_elsewhere else recipe.config
    return replace(recipe, config=config, train=train, schedule=schedule)


def _with_sizes(recipe: Recipe, checkpoint: Checkpoint) -> Any:
    """The model's settings with the checkpoint's sizes, or its own where it can be resized."""
    config, kind = recipe.config, type(recipe.config)
    decided = {name: getattr(config, name) for name in DECIDED if hasattr(config, name)}
    if recipe.spec.resizes and config != replace(kind(), **decided):
        return config
    return build(kind, {**checkpoint.config, **decided}, recipe.model)


def _differences(config: Any, other: Any) -> str:
    return ", ".join(
        f"{entry.name} {getattr(config, entry.name)}"
        for entry in fields(config)
        if getattr(config, entry.name) != getattr(other, entry.name)
    )


def describe_schedule(run: TrainingRun, plan: TrainingPlan, steps_per_epoch: int) -> list[str]:
    """The length of a run, its precision, and its learning rate now and later, a line each."""
    at = (run.step, run.epoch, plan.schedule, plan.total_steps, plan.start)
    changes = [f"{change.rate:.3g} at {change.unit} {change.at}" for change in milestones(*at)]
    device = next(run.model.parameters()).device
    precision = describe_precision(plan.precision, device)
    return [
        f"steps {run.step} to {plan.total_steps}, {steps_per_epoch} per epoch; {plan.precision} on "
        f"{device.type}",
        *([precision] if precision else []),
        f"learning rate {learning_rate(*at):.3g}" + "".join(f", {change}" for change in changes),
    ]
