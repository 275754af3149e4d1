"""Resumes a run: which checkpoint continues it, what is saved in it, how it is restored."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import torch

from ...errors import CheckpointError, SettingError, TargetError, os_reason
from ...files import content_hash
from ..checkpoints.checkpoint import BEST, LAST, Checkpoint, newest, steps_in
from ..checkpoints.find import newest_original
from ..frontend import FrontendConfig
from ..settings import StartConfig
from .compatibility import SELF_DESCRIBING
from .loop import TrainingPlan, TrainingRun

# The entry with the content hash of the checkpoint that a run in another folder was resumed from.
RESUMED_FROM = "resumed_from"
# What a run of voiceprep saves besides its optimiser, and needs to be resumed.
STATE = ("epoch", "place", "skipped", "best", "batching")


def run_to_continue(
    folder: Path, start: StartConfig, original_names: Sequence[str] = ()
) -> Path | None:
    """The checkpoint of the run to continue; None where a new run starts.

    Where `last` was asked for, that may be a run of DeepLearningExamples, which names the model as
    in `original_names`. A run that was resumed from the file that is named goes on where it is.
    Raises CheckpointError where there is none, and TargetError where the folder holds a run that
    was started from something else.
    """
    latest = newest(folder)
    if start.resume == "no":
        return None
    if start.resume == "last" and latest is None:
        latest = newest_original(folder, original_names)
    if start.resume == "last" and latest is None:
        why = "there is no run to continue; leave --resume out to start one"
        raise CheckpointError(folder, why)
    if start.resume not in ("auto", "last"):
        return _named_run(folder, Path(start.resume), latest)
    if latest and start.init_from and not is_same_file(saved_start(latest), start.init_from):
        raise TargetError(
            folder,
            "holds a run with another start; --resume no sets it aside, --output FOLDER keeps both",
        )
    return latest


def _named_run(folder: Path, path: Path, latest: Path | None) -> Path:
    """The checkpoint to continue where one is named: of the run that it belongs to, or began."""
    if latest is None or belongs_to(path, folder):
        return path
    if (Checkpoint.load(latest).training or {}).get(RESUMED_FROM) == hash_of(path):
        return latest
    raise TargetError(folder, f"holds another run than that of {path}; --output FOLDER keeps both")


def belongs_to(path: Path, folder: Path) -> bool:
    """Whether a checkpoint is one that a run of voiceprep keeps in its folder."""
    kept = path.name in (LAST, BEST) or path.name in [
        step.name for step in steps_in(folder).values()
    ]
    return kept and path.resolve().parent == folder.resolve()


def hash_of(path: Path) -> str:
    """The content hash of a checkpoint; raises CheckpointError where it cannot be read."""
    try:
        return content_hash(path)
    except OSError as error:
        raise CheckpointError(path, os_reason(error)) from None


def is_same_file(path: str, other: str) -> bool:
    """Whether two paths as typed, either of which may be empty, name one file."""
    if not path or not other:
        return path == other
    return Path(path).resolve() == Path(other).resolve()


def saved_start(path: Path) -> str:
    """The `--init-from` that a run was started with, as it was typed."""
    return str((Checkpoint.load(path).training or {}).get("init_from", ""))


def pack_run(
    run: TrainingRun,
    plan: TrainingPlan,
    model: str,
    frontend: FrontendConfig,
    facts: Mapping[str, Any],
) -> Checkpoint:
    """The run as a checkpoint from which it resumes exactly, `facts` being further entries."""
    config: Any = run.model.config
    state = {name: value.detach().cpu().clone() for name, value in run.model.state_dict().items()}
    training = {
        "optimizer": run.optimizer.state_dict(),
        "scaler": run.scaler.state_dict(),
        "learning_rate": run.optimizer.param_groups[0]["lr"],
        "epoch": run.epoch,
        "place": run.place,
        "skipped": run.skipped,
        "best": run.best,
        "evaluation_due": run.evaluation_due,
        "start": list(plan.start),
        "counted": list(plan.counted),
        "highest_learning_rate": plan.schedule.learning_rate,
        "batching": batching(plan),
        "total_steps": plan.total_steps,
        **facts,
    }
    average = None
    if run.average is not None:
        average = {name: value.cpu().clone() for name, value in run.average.items()}
    return Checkpoint(model, asdict(config), frontend, state, run.step, training, average=average)


def batching(plan: TrainingPlan) -> list[int]:
    """What the batches of an epoch depend on besides the clips."""
    train = plan.train
    sizes = [train.batch_size, train.batch_frames, train.accumulate, plan.steps_per_epoch]
    return [*sizes, plan.world_size, train.seed]


def restore_run(run: TrainingRun, plan: TrainingPlan, checkpoint: Checkpoint) -> tuple[str, ...]:
    """Restore the state of a run from a checkpoint; returns notes on what has changed.

    If the batch size or the number of processes has changed, the batches of the epoch are
    different ones: the run continues with the next epoch. So does a run of the original scripts.
    """
    saved = checkpoint.training or {}
    needed = ("optimizer", *(STATE if is_ours(checkpoint) else ()))
    if missing := [name for name in needed if name not in saved]:
        raise SettingError(
            f"this checkpoint has no training state ({missing[0]} is missing): --init-from starts "
            "a run from its weights",
            "resume",
        )
    run.model.load_state_dict(checkpoint.weights)
    restore_average(run, checkpoint)
    run.optimizer.load_state_dict(_with_our_groups(saved["optimizer"], run.optimizer))
    notes = weight_decay_notes(run, plan.train.weight_decay)
    if saved.get("scaler") and run.scaler.is_enabled():
        run.scaler.load_state_dict(saved["scaler"])
    run.step = checkpoint.step
    if not is_ours(checkpoint):
        run.epoch = next_epoch(checkpoint, plan.steps_per_epoch)
        return (*notes, f"continues with epoch {run.epoch} and Adam's moments of step {run.step}")
    run.epoch, run.place = saved["epoch"], saved["place"]
    run.skipped, run.best = saved["skipped"], saved["best"]
    run.evaluation_due = saved.get("evaluation_due", False)
    if saved["batching"] == batching(plan) or not run.place:
        return notes
    run.epoch, run.place = run.epoch + 1, 0
    return (*notes, f"the batches have changed: the run continues with epoch {run.epoch}")


def weight_decay_notes(run: TrainingRun, weight_decay: float) -> tuple[str, ...]:
    """A note where the restored optimiser has another weight decay; a step takes the plan's."""
    saved = run.optimizer.param_groups[0]["weight_decay"]
    if saved == weight_decay:
        return ()
    return (f"weight decay {weight_decay:g} from here on, it was {saved:g}",)


def is_ours(checkpoint: Checkpoint) -> bool:
    """Whether a run of voiceprep saved it: the original scripts do not save a place in an epoch."""
    return "place" in (checkpoint.training or {})


def next_epoch(checkpoint: Checkpoint, steps_per_epoch: int) -> int:
    """The epoch that a run continues with: ours its own, the original scripts' the next one.

    Where it is not saved, it follows from the steps.
    """
    saved = checkpoint.training or {}
    if "epoch" not in saved:
        return -(-checkpoint.step // steps_per_epoch)
    return int(saved["epoch"]) + (not is_ours(checkpoint))


def _with_our_groups(state: Mapping[str, Any], optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """A saved state of Adam, with the settings that an older torch did not have."""
    ours = optimizer.state_dict()["param_groups"]
    pairs = zip(ours, state["param_groups"], strict=True)
    return {**state, "param_groups": [{**own, **group} for own, group in pairs]}


def restore_average(run: TrainingRun, checkpoint: Checkpoint) -> None:
    """Restore the average of the weights, or start it from the weights if it was not saved."""
    if run.average is None:
        return
    saved = checkpoint.weights if checkpoint.average is None else checkpoint.average
    for name, value in run.average.items():
        value.copy_(saved[name])


def recount(run: TrainingRun, plan: TrainingPlan, checkpoint: Checkpoint) -> TrainingPlan:
    """The plan with its total steps: past epochs at their old length, the others at the new."""
    saved = checkpoint.training or {}
    counted = tuple(saved.get("counted", plan.start))
    if saved.get("batching") != batching(plan):
        counted = (run.step, run.epoch)
    if not plan.train.epochs:
        return replace(plan, counted=counted)
    left = plan.train.epochs - (counted[1] - plan.start[1])
    return replace(
        plan, counted=counted, total_steps=counted[0] + max(0, left) * plan.steps_per_epoch
    )


def check_same(checkpoint: Checkpoint, config: Any, frontend: FrontendConfig) -> None:
    """Raise SettingError, which lists them, for changes that a run cannot be resumed with."""
    changes = [
        f"{checkpoint.model}.{entry.name} = {getattr(config, entry.name)}, it was {saved}"
        for entry in fields(config)
        if (saved := checkpoint.config.get(entry.name)) != getattr(config, entry.name)
    ]
    changes += _frontend_changes(checkpoint.frontend, frontend, checkpoint.origin)
    if changes:
        raise SettingError(
            f"the run cannot be resumed with other settings: {'; '.join(changes)}. Leave them out, "
            "or start another run with --resume no",
            "resume",
        )


def _frontend_changes(saved: FrontendConfig, ours: FrontendConfig, origin: str) -> list[str]:
    """The differences of two front ends, as far as the checkpoint's container states its own."""
    changes = ["the symbols differ"] if saved.symbols and saved.symbols != ours.symbols else []
    if origin not in SELF_DESCRIBING:
        return changes
    if saved.text_state.symbols != ours.text_state.symbols:
        changes = []  # the states tell which
    changes += [
        f"mel.{entry.name} = {getattr(ours.mel, entry.name)}, it was {value}"
        for entry in fields(ours.mel)
        if (value := getattr(saved.mel, entry.name)) != getattr(ours.mel, entry.name)
    ]
    return changes + ours.text_state.differences(saved.text_state)
