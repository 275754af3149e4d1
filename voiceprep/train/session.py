"""One run in its folder: what is written and when, what is done about bad steps, how it ends."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from torch import nn

from ..errors import Diverged
from .checkpoint import Checkpoint, newest, prune, save_step
from .device import World, broadcast_flag
from .journal import Journal, Place
from .loop import Pace, Run, Step, Task, train_steps
from .starting import rest_norms
from .stops import INTERRUPTED, PREEMPTED, Stops

# Steps without a usable gradient in a row before the last good state comes back. GradScaler
# needs up to sixteen to find its scale.
BAD_STEPS, BAD_SCALED_STEPS = 5, 20
RESTORES = 3
FINISHED, TIME = "finished", "out of time"
# In order of gravity, by which processes agree.
ENDINGS = ("", TIME, PREEMPTED, INTERRUPTED)


@dataclass(frozen=True)
class Evaluation:
    """What a look at a model found; of two, the one with the higher score is the better."""

    values: Mapping[str, float]
    score: float
    told: str = ""
    warnings: tuple[str, ...] = ()


class Console(Protocol):
    """The person who watches."""

    def tell(self, line: str) -> None:
        """Hear a line."""

    def advance(self, step: int, total: int, facts: Mapping[str, str]) -> None:
        """See how far the run is."""


@dataclass
class Session:
    """A run with its folder and those who hear of it; the leading process alone writes."""

    run: Run
    task: Task
    pace: Pace
    world: World
    folder: Path
    console: Console
    journal: Journal
    pack: Callable[[Run], Checkpoint]
    evaluate: Callable[[Run], Evaluation]
    wrapped: nn.Module | None = None
    bad: list[Step] = field(default_factory=list)
    restores: int = 0
    saved_step: int = -1
    values: dict[str, float] = field(default_factory=dict)
    """What the last evaluation found."""
    last: dict[str, float] = field(default_factory=dict)
    """What the last epoch came to."""

    def fit(self) -> str:
        """Train until all is done or something ends it, save, and say which: FINISHED, ENDINGS.

        Raises Diverged, naming clips, where no usable gradient comes any more.
        """
        began = time.monotonic()
        ending = self._fit()
        self.journal.end({"run_time": time.monotonic() - began, **self.last, **self.values})
        return ending

    def _fit(self) -> str:
        run, train = self.run, self.pace.train
        end = time.monotonic() + (train.max_minutes * 60 or float("inf"))
        device = next(run.model.parameters()).device
        epoch: list[Step] = []
        make_ready(run.model)
        with Stops() as stops:
            if newest(self.folder) is None:
                self._save()
            for told in train_steps(run, self.task, self.pace, self.world, self.wrapped):
                epoch.append(told)
                self._note(told)
                if not run.place:
                    self._close_epoch(epoch)
                if run.step % train.evaluate_every == 0:
                    self._evaluate()
                if run.step % train.save_every == 0:
                    self._save()
                wanted = stops.wanted or (TIME if time.monotonic() > end else "")
                if ending := ENDINGS[broadcast_flag(ENDINGS.index(wanted), device)]:
                    self._save()
                    return ending
            if run.step % train.evaluate_every:
                self._evaluate()
            self._save()
        return FINISHED

    def _note(self, told: Step) -> None:
        self.journal.iteration(self._place(told), step_values(told))
        if self.world.leads:
            self.console.advance(self.run.step, self.pace.total_steps, _facts(told, self.task.unit))
        self.bad = [*self.bad, told] if told.skipped else []
        if len(self.bad) >= (BAD_SCALED_STEPS if self.run.scaler.is_enabled() else BAD_STEPS):
            self._go_back()

    def _go_back(self) -> None:
        """Take the weights of the last checkpoint, and go on with the next clips."""
        path, ids = newest(self.folder), {name: None for told in self.bad for name in told.ids}
        named = ", ".join([*ids][:12]) + (", …" if len(ids) > 12 else "")
        if path is None or self.restores >= RESTORES:
            raise Diverged(
                f"no usable gradient in {len(self.bad)} steps in a row, and going back did not "
                f"help: look at {named}, or lower --learning-rate"
            )
        saved = Checkpoint.load(path)
        self.run.model.load_state_dict(saved.weights)
        self.run.optimiser.load_state_dict((saved.training or {})["optimizer"])
        self.restores, self.bad = self.restores + 1, []
        self._tell(
            f"step {self.run.step}: no usable gradient in a row of steps; back to the weights of "
            f"step {saved.step}. The clips were {named}"
        )

    def _close_epoch(self, epoch: list[Step]) -> None:
        self.last = epoch_values(epoch)
        self.journal.epoch(self._place(epoch[-1]), self.last)
        epoch.clear()

    def _evaluate(self) -> None:
        if not self.world.leads:
            return
        found = self.evaluate(self.run)
        make_ready(self.run.model)
        self.values = dict(found.values)
        self.journal.evaluation(self._place(), found.values)
        for line in (found.told, *found.warnings):
            self._tell(line)
        if self.run.best is None or found.score > self.run.best:
            self.run.best = found.score
            self._save(best=True)

    def _save(self, best: bool = False) -> None:
        run = self.run
        if not self.world.leads or (run.step == self.saved_step and not best):
            return
        save_step(self.pack(run), self.folder, best)
        prune(self.folder, self.pace.train.keep * self.pace.train.save_every)
        self.saved_step = run.step

    def _place(self, told: Step | None = None) -> Place:
        """Where the run is, or was when a step was taken."""
        run, per_epoch = self.run, self.pace.steps_per_epoch
        if told is None:
            return Place(run.step, run.epoch, run.place // self.pace.train.accumulate, per_epoch)
        return Place(run.step, told.epoch, told.iteration, per_epoch)

    def _tell(self, line: str) -> None:
        if line and self.world.leads:
            self.console.tell(line)


def make_ready(model: nn.Module) -> None:
    """Put a model into training, its frozen batch norms excepted."""
    model.train()
    rest_norms(model)


def step_values(told: Step) -> dict[str, float]:
    """A step in DLLogger's names, and what it has none for in ours; items are the task's units."""
    parts = {f"train_{name}": value for name, value in told.losses.items() if name != "total"}
    return {
        "train_loss": told.losses["total"],
        "train_items_per_sec": told.size / told.seconds,
        "train_iter_time": told.seconds,
        **parts,
        "learning_rate": told.learning_rate,
        "gradient_norm": told.gradient_norm,
    }


def epoch_values(steps: list[Step]) -> dict[str, float]:
    """The mean loss over an epoch's steps, by the size of each; one that was skipped has none."""
    size, seconds = sum(told.size for told in steps), sum(told.seconds for told in steps)
    used = [told for told in steps if not told.skipped]
    loss = sum(told.losses["total"] * told.size for told in used)
    return {
        "train_loss": loss / sum(told.size for told in used) if used else float("nan"),
        "train_items_per_sec": size / seconds,
        "train_epoch_time": seconds,
    }


def _facts(told: Step, unit: str) -> dict[str, str]:
    loss, speed = told.losses["total"], told.size / told.seconds
    return {"loss": f"{loss:.3f}", f"{unit}/s": f"{speed:.0f}"}
