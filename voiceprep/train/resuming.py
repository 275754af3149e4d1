"""A run between two processes: what of it is saved, and how it is taken up again."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from ..errors import CheckpointError, SettingError, TargetError
from .checkpoint import Checkpoint, newest
from .loop import Pace, Run
from .settings import StartConfig
from .voice import Voice


def run_to_continue(folder: Path, start: StartConfig) -> Path | None:
    """The checkpoint of the run to be continued, None where one begins.

    Raises CheckpointError where `last` was asked for and there is none, and TargetError where a
    run lies in the folder and another one was to begin there.
    """
    found = newest(folder)
    if start.resume == "no":
        return None
    if start.resume == "last" and found is None:
        raise CheckpointError(folder, "there is no run to continue; leave --resume out to begin")
    if start.resume not in ("auto", "last"):
        return Path(start.resume)
    if found and start.init_from and saved_start(found) != start.init_from:
        raise TargetError(
            folder,
            "holds a run with another start; --resume no sets it aside, --output FOLDER keeps both",
        )
    return found


def saved_start(path: Path) -> str:
    """What a run was started from, as it was typed."""
    return (Checkpoint.load(path).training or {}).get("init_from", "")


def pack(run: Run, pace: Pace, model: str, voice: Voice, facts: Mapping[str, Any]) -> Checkpoint:
    """The run as a checkpoint, from which it goes on as if it had not been stopped."""
    config = run.model.config
    state = {name: value.detach().cpu().clone() for name, value in run.model.state_dict().items()}
    training = {
        "optimizer": run.optimiser.state_dict(),
        "scaler": run.scaler.state_dict(),
        "learning_rate": run.optimiser.param_groups[0]["lr"],
        "epoch": run.epoch,
        "place": run.place,
        "skipped": run.skipped,
        "best": run.best,
        "start": list(pace.start),
        "counted": list(pace.counted),
        "highest_learning_rate": pace.schedule.learning_rate,
        "batching": batching(pace),
        "total_steps": pace.total_steps,
        **facts,
    }
    return Checkpoint(model, asdict(config), voice, state, run.step, training)


def batching(pace: Pace) -> list[int]:
    """What the plan of an epoch depends on beside the clips."""
    train = pace.train
    sizes = [train.batch_size, train.batch_frames, train.accumulate, pace.steps_per_epoch]
    return [*sizes, pace.world_size, train.seed]


def take_up(run: Run, pace: Pace, checkpoint: Checkpoint) -> tuple[str, ...]:
    """Put the run where the checkpoint left it; what is otherwise than it was.

    The batches of an epoch are others where their size or the number of processes changed: the
    run then goes on with the next epoch.
    """
    saved = checkpoint.training
    if not saved or "place" not in saved:
        raise SettingError(
            "this checkpoint is only for speaking: begin with its weights, --init-from", "resume"
        )
    run.model.load_state_dict(checkpoint.weights)
    run.optimiser.load_state_dict(saved["optimizer"])
    if saved["scaler"] and run.scaler.is_enabled():
        run.scaler.load_state_dict(saved["scaler"])
    run.step, run.epoch, run.place = checkpoint.step, saved["epoch"], saved["place"]
    run.skipped, run.best = saved["skipped"], saved["best"]
    if saved["batching"] == batching(pace) or not run.place:
        return ()
    run.epoch, run.place = run.epoch + 1, 0
    return (f"the batches are others than before: goes on with epoch {run.epoch}",)


def recount(run: Run, pace: Pace, checkpoint: Checkpoint) -> Pace:
    """The pace with its epochs counted in steps: those taken as they were, the others as now."""
    saved = checkpoint.training or {}
    counted = tuple(saved.get("counted", pace.start))
    if saved["batching"] != batching(pace):
        counted = (run.step, run.epoch)
    if not pace.train.epochs:
        return replace(pace, counted=counted)
    left = pace.train.epochs - (counted[1] - pace.start[1])
    return replace(
        pace, counted=counted, total_steps=counted[0] + max(0, left) * pace.steps_per_epoch
    )


def check_same(checkpoint: Checkpoint, config: Any, voice: Voice) -> None:
    """Raise SettingError, listing them, for settings that a run cannot change on its way."""
    told = [
        f"{checkpoint.model}.{entry.name} = {getattr(config, entry.name)}, it was {saved}"
        for entry in fields(config)
        if (saved := checkpoint.config.get(entry.name)) != getattr(config, entry.name)
    ]
    told += [
        f"mel.{entry.name} = {getattr(voice.mel, entry.name)}, it was {saved}"
        for entry in fields(voice.mel)
        if (saved := getattr(checkpoint.voice.mel, entry.name)) != getattr(voice.mel, entry.name)
    ]
    if checkpoint.voice.symbols != voice.symbols:
        told.append("the symbols are others")
    if checkpoint.voice.cleaner != voice.cleaner:
        told.append(f"text.cleaner = {voice.cleaner}, it was {checkpoint.voice.cleaner}")
    if told:
        raise SettingError(
            f"the run cannot go on with other settings: {'; '.join(told)}. Leave them out, or "
            "begin another run with --resume no",
            "resume",
        )
