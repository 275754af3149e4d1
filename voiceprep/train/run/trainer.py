"""Trains a run in its folder: when it is saved and evaluated, bad steps, how it ends."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from torch import nn

from ...errors import Diverged
from ...records import Console
from ..checkpoints.checkpoint import Checkpoint, newest, prune, save_step
from ..device import World, broadcast_flag
from ..kernels.graphs import take_notes
from .log import LogPosition, TrainingLog
from .loop import Step, Task, TrainingPlan, TrainingRun, train_steps
from .processes import from_leader, leaders_file
from .resume import restore_average
from .signals import INTERRUPTED, PREEMPTED, StopSignals
from .warm_start import rest_norms

# Steps in a row without a finite gradient before the last checkpoint's weights are restored.
# GradScaler needs up to sixteen to find its scale.
BAD_STEPS, BAD_SCALED_STEPS = 5, 20
RESTORES = 3
FINISHED, TIME = "finished", "out of time"
# In order of priority: all processes take the highest that any of them has.
ENDINGS = ("", TIME, PREEMPTED, INTERRUPTED)


@dataclass(frozen=True)
class Evaluation:
    """The result of an evaluation; of two, the one with the higher score is better."""

    values: Mapping[str, float]
    score: float
    message: str = ""
    warnings: tuple[str, ...] = ()


@dataclass
class Trainer:
    """A run with its folder, log and console; only the leading process writes."""

    run: TrainingRun
    task: Task
    plan: TrainingPlan
    world: World
    folder: Path
    console: Console
    log: TrainingLog
    pack: Callable[[TrainingRun], Checkpoint]
    evaluate: Callable[[TrainingRun], Evaluation]
    stops: StopSignals
    wrapped: nn.Module | None = None
    bad: list[Step] = field(default_factory=list)
    log_trouble: str = ""
    """What was last printed about the log."""
    restores: int = 0
    saved: tuple[int, bool] = (-1, False)
    """The step of the last checkpoint, and whether its evaluation was due."""
    values: dict[str, float] = field(default_factory=dict)
    """The values of the last evaluation."""
    last: dict[str, float] = field(default_factory=dict)
    """The values of the last epoch."""

    def fit(self) -> str:
        """Train to the last step or until something stops the run; FINISHED or one of ENDINGS.

        The run is saved before an evaluation, which may take longer than many steps, and at the
        end. Raises Diverged, naming clips, if gradients stay non-finite.
        """
        started = time.monotonic()
        ending = self._fit()
        self.log.end({"run_time": time.monotonic() - started, **self.last, **self.values})
        return ending

    def _fit(self) -> str:
        run, train = self.run, self.plan.train
        end = time.monotonic() + (train.max_minutes * 60 or float("inf"))
        epoch: list[Step] = []
        set_train_mode(run.model)
        with self.stops.noting():
            if newest(self.folder) is None:
                self._save()
            if run.evaluation_due:
                # Its checkpoint is there, and is written again once the evaluation is made.
                self.saved = (run.step, True)
                self._evaluate()
                if ending := self._ending(end):
                    return ending
            for group in train_steps(run, self.task, self.plan, self.world, self.wrapped):
                epoch.extend(group)
                self._record(group)
                if not run.place:
                    self._close_epoch(epoch)
                at_end = run.step >= self.plan.total_steps
                run.evaluation_due = at_end or run.step % train.evaluate_every == 0
                if at_end or run.step % train.save_every == 0:
                    self._save()
                if run.evaluation_due:
                    self._evaluate()
                if ending := self._ending(end):
                    self._save()
                    return ending
        return FINISHED

    def _ending(self, end: float) -> str:
        """Why the run stops after these steps, "" if it goes on; the same for all processes."""
        local = self.stops.wanted or (TIME if time.monotonic() > end else "")
        device = next(self.run.model.parameters()).device
        return ENDINGS[broadcast_flag(ENDINGS.index(local), device)]

    def _record(self, group: Sequence[Step]) -> None:
        for step in group:
            self.log.iteration(self._position(step), step_values(step))
            if self.log.trouble and self.log.trouble != self.log_trouble:
                self.log_trouble = self.log.trouble
                self._print(f"{self.log_trouble}: training goes on without it")
            if self.world.leads:
                shown = _shown(step, self.task.unit)
                self.console.advance(step.number, self.plan.total_steps, shown)
            self.bad = [*self.bad, step] if step.skipped else []
        for note in take_notes():
            self._print(note)
        if len(self.bad) >= (BAD_SCALED_STEPS if self.run.scaler.is_enabled() else BAD_STEPS):
            self._restore_weights()

    def _restore_weights(self) -> None:
        """Restore the weights of the last checkpoint, and continue with the next clips."""
        path = leaders_file(self.world, lambda: newest(self.folder))
        ids = {name: None for step in self.bad for name in step.ids}
        named = ", ".join([*ids][:12]) + (", …" if len(ids) > 12 else "")
        if path is None or self.restores >= RESTORES:
            raise Diverged(
                f"no finite gradient in {len(self.bad)} steps in a row, and restoring an earlier "
                f"checkpoint did not help: check {named}, or lower --learning-rate"
            )
        saved = Checkpoint.load(path)
        self.run.model.load_state_dict(saved.weights)
        restore_average(self.run, saved)
        self.run.optimizer.load_state_dict((saved.training or {})["optimizer"])
        self.restores, self.bad = self.restores + 1, []
        self._print(
            f"step {self.run.step}: no finite gradient in several steps in a row; restored the "
            f"weights of step {saved.step}. The clips were {named}"
        )

    def _close_epoch(self, epoch: list[Step]) -> None:
        self.last = epoch_values(epoch)
        self.log.epoch(self._position(epoch[-1]), self.last)
        epoch.clear()

    def _evaluate(self) -> None:
        """Let the leading process make the evaluation that is due; the others wait for it."""
        what = f"the evaluation of step {self.run.step}"
        from_leader(self.world, self._evaluate_here, what, self.console)

    def _evaluate_here(self) -> None:
        """Make the evaluation that is due; if a signal breaks it off, it stays due."""
        run = self.run
        with run.averaged():
            evaluation = self.stops.attempt(lambda: self.evaluate(run))
        set_train_mode(run.model)
        if evaluation is None:
            return
        run.evaluation_due = False
        self.values = dict(evaluation.values)
        self.log.evaluation(self._position(), evaluation.values)
        for line in (evaluation.message, *evaluation.warnings):
            self._print(line)
        is_best = run.best is None or evaluation.score > run.best
        if is_best:
            run.best = evaluation.score
        if is_best or self.saved[0] == run.step:
            self._save(is_best)

    def _save(self, best: bool = False) -> None:
        run = self.run
        if not self.world.leads or (run.step, run.evaluation_due) == self.saved:
            return
        with self.stops.holding():
            save_step(self.pack(run), self.folder, best)
            prune(self.folder, self.plan.train.keep * self.plan.train.save_every)
            self.saved = (run.step, run.evaluation_due)

    def _position(self, step: Step | None = None) -> LogPosition:
        """The position of the last step in the log, `step` where it is at hand."""
        run, per_epoch = self.run, self.plan.steps_per_epoch
        if step:
            return LogPosition(step.number, step.epoch, step.iteration, per_epoch)
        # At the end of an epoch the run is at the start of the next one.
        epoch, taken = (run.epoch, run.place) if run.place else (run.epoch - 1, 0)
        iteration = (-(-taken // self.plan.train.accumulate) or per_epoch) - 1
        return LogPosition(run.step, max(epoch, 0), iteration, per_epoch)

    def _print(self, line: str) -> None:
        if line and self.world.leads:
            self.console.print(line)


def set_train_mode(model: nn.Module) -> None:
    """Set a model to training mode, except its frozen batch norms."""
    model.train()
    rest_norms(model)


def step_values(step: Step) -> dict[str, float]:
    """A step under DLLogger's names, or ours where it has none; items are the task's units."""
    parts = {f"train_{name}": value for name, value in step.losses.items() if name != "total"}
    return {
        "train_loss": step.losses["total"],
        "train_items_per_sec": step.size / step.seconds,
        "train_iter_time": step.seconds,
        **parts,
        "learning_rate": step.learning_rate,
        "gradient_norm": step.gradient_norm,
    }


def epoch_values(steps: list[Step]) -> dict[str, float]:
    """An epoch's mean loss, weighted by the sizes of its steps without those that were skipped."""
    size, seconds = sum(step.size for step in steps), sum(step.seconds for step in steps)
    used = [step for step in steps if not step.skipped]
    loss = sum(step.losses["total"] * step.size for step in used)
    return {
        "train_loss": loss / sum(step.size for step in used) if used else float("nan"),
        "train_items_per_sec": size / seconds,
        "train_epoch_time": seconds,
    }


def _shown(step: Step, unit: str) -> dict[str, str]:
    loss, speed = step.losses["total"], step.size / step.seconds
    return {"loss": f"{loss:.3f}", f"{unit}/s": f"{speed:.0f}"}
