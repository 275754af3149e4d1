"""From settings and clips to a run that can go: begun anew, from another voice, or continued."""

from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import nn

from ..config import build
from ..text.encode import TextConfig
from .checkpoint import Checkpoint
from .comparing import MelStatistics, compare
from .data import Items
from .device import Machine, make_scaler
from .loop import Pace, Run
from .models import MODELS
from .resuming import check_same, recount, take_up
from .schedule import learning_rate, milestones
from .settings import CropConfig, InferConfig, LossConfig, ScheduleConfig, TrainConfig
from .starting import freeze, warm_start
from .voice import Voice

# As many clips as show what is meant.
CLIPS_FORETOLD = 3
# Settings of models that the voice or the user decides, and not the checkpoint to start from.
DECIDED = ("symbols", "mel_channels", "hop_length", "padding")


@dataclass(frozen=True)
class Recipe:
    """All that decides how a model is trained, and on what kind of data."""

    model: str
    config: Any
    voice: Voice
    train: TrainConfig
    schedule: ScheduleConfig
    loss: LossConfig
    infer: InferConfig
    crops: CropConfig = CropConfig()

    def sections(self) -> dict[str, Any]:
        """The settings by their sections, as a preset holds them."""
        own = {
            "loss": self.loss,
            "infer": self.infer,
            "crops": self.crops,
            "text": TextConfig(self.voice.cleaner),
        }
        return {
            "train": self.train,
            "schedule": self.schedule,
            self.model: self.config,
            **{name: own[name] for name in MODELS[self.model].sections},
            "mel": self.voice.mel,
        }


@dataclass(frozen=True)
class Beginning:
    """A run at its first step, its pace, and what there is to tell of how it came about."""

    run: Run
    pace: Pace
    recipe: Recipe
    notes: tuple[str, ...]
    init_from: str = ""
    """What a continued run was started from, as it was typed."""


def begin(
    recipe: Recipe,
    steps_per_epoch: int,
    machine: Machine,
    continued: Checkpoint | None = None,
    started_from: Checkpoint | None = None,
) -> Beginning:
    """The run of a recipe, or the one that `continued` left, or one with another's weights.

    A recipe that says nothing of the model's sizes takes those of the checkpoint it starts from;
    so does any of a model that no other sizes can begin with.
    """
    notes: list[str] = []
    if started_from:
        recipe = _fitted(recipe, started_from, notes)
    if continued:
        recipe = _as_it_began(recipe, continued)
        check_same(continued, recipe.config, recipe.voice)
    torch.manual_seed(recipe.train.seed)
    model = MODELS[recipe.model].network(recipe.config)
    if started_from:
        report = warm_start(model, recipe.voice, started_from, recipe.train.ignore_layers)
        notes += [*started_from.notes, *report.lines()]
    if recipe.train.freeze:
        count = freeze(model, recipe.train.freeze)
        notes.append(f"{count:,} parameters train, {recipe.train.freeze} stay as they are")
    model.to(machine.device)
    run = Run(
        model, make_optimiser(model, recipe.train), make_scaler(machine.precision, machine.device)
    )
    start = (0, 0)
    if started_from and recipe.schedule.absolute:
        start = (started_from.step, int((started_from.training or {}).get("epoch", 0)))
        run.step, run.epoch = start
    if continued:
        start = tuple((continued.training or {}).get("start", start))
    train, world = recipe.train, machine.world
    steps = train.epochs * steps_per_epoch if train.epochs else train.steps
    pace = Pace(
        train,
        recipe.schedule,
        machine.precision,
        start[0] + steps,
        steps_per_epoch,
        world.size,
        start,
        start,
    )
    if continued:
        notes += take_up(run, pace, continued)
        pace = recount(run, pace, continued)
    told = (*notes, *_plan(run, pace, steps_per_epoch))
    origin = ((continued and continued.training) or {}).get("init_from", "")
    return Beginning(run, pace, recipe, told, origin)


def make_optimiser(model: nn.Module, train: TrainConfig) -> torch.optim.Adam:
    """Adam over all parameters, in the original's order; frozen ones have no gradient."""
    return torch.optim.Adam(model.parameters(), weight_decay=train.weight_decay, fused=True)


def foresee(
    started_from: Checkpoint, recipe: Recipe, items: Items, statistics: MelStatistics
) -> list[str]:
    """What will go wrong with a checkpoint on these clips, a line each."""
    lengths = {}
    if "infer" in MODELS[recipe.model].sections:
        lengths = {items[place].id: int(count) for place, count in enumerate(items.frames)}
    limit = recipe.infer.max_frames
    found = compare(started_from, recipe.voice, statistics, lengths, limit)
    faults = [row for row in found if not row.ok]
    told = [f"{row.id}, {row.check}: {row.advice}" for row in faults]
    others = len(told) - sum(row.id in lengths for row in faults)
    rest = len(told) - others - CLIPS_FORETOLD
    more = [f"and so for {rest} clips more"] if rest > 0 else []
    return [*told[: others + CLIPS_FORETOLD], *more]


def _fitted(recipe: Recipe, checkpoint: Checkpoint, notes: list[str]) -> Recipe:
    """The recipe with the checkpoint's sizes and learning rate where they are asked for."""
    config = _sized(recipe, checkpoint)
    if changed := _differences(config, recipe.config):
        notes.append(f"sizes as in the checkpoint: {changed}")
    schedule = recipe.schedule
    if schedule.use_saved:
        saved = (checkpoint.training or {}).get("learning_rate")
        if saved:
            schedule = replace(schedule, learning_rate=saved)
        else:
            notes.append("the checkpoint saves no learning rate: --use-saved-learning-rate is void")
    return replace(recipe, config=config, schedule=schedule)


def _as_it_began(recipe: Recipe, checkpoint: Checkpoint) -> Recipe:
    """The recipe with what the run once took from the checkpoint that it was started from."""
    saved = checkpoint.training or {}
    if not saved.get("init_from"):
        return recipe
    schedule = recipe.schedule
    if schedule.use_saved and "highest_learning_rate" in saved:
        schedule = replace(schedule, learning_rate=saved["highest_learning_rate"])
    return replace(recipe, config=_sized(recipe, checkpoint), schedule=schedule)


def _sized(recipe: Recipe, checkpoint: Checkpoint) -> Any:
    """The model's settings with the checkpoint's sizes, or its own where it may have some."""
    config, kind = recipe.config, type(recipe.config)
    decided = {name: getattr(config, name) for name in DECIDED if hasattr(config, name)}
    if MODELS[recipe.model].resizes and config != replace(kind(), **decided):
        return config
    return build(kind, {**checkpoint.config, **decided}, recipe.model)


def _differences(config: Any, other: Any) -> str:
    return ", ".join(
        f"{entry.name} {getattr(config, entry.name)}"
        for entry in fields(config)
        if getattr(config, entry.name) != getattr(other, entry.name)
    )


def _plan(run: Run, pace: Pace, steps_per_epoch: int) -> list[str]:
    """How long the run is, and its learning rate now and later."""
    at = (run.step, run.epoch, pace.schedule, pace.total_steps, pace.start)
    changes = [f"{change.rate:.3g} at {change.unit} {change.at}" for change in milestones(*at)]
    return [
        f"steps {run.step} to {pace.total_steps}, {steps_per_epoch} an epoch; {pace.precision} on "
        f"{next(run.model.parameters()).device.type}",
        f"learning rate {learning_rate(*at):.3g}" + "".join(f", {change}" for change in changes),
    ]
