"""A run in its folder: bad steps, signals, checkpoints, and what is kept."""

import json
import os
import signal
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.conftest import fill_when
from tests.train.made import made_items
from tests.train.run.test_loop import TRAIN, VOICE, began, recipe_of
from voiceprep.errors import Diverged, TargetError
from voiceprep.train.checkpoints.checkpoint import BEST, LAST, Checkpoint, steps_in
from voiceprep.train.device import World
from voiceprep.train.run import trainer
from voiceprep.train.run.log import TrainingLog
from voiceprep.train.run.loop import READ_STEPS, Step
from voiceprep.train.run.resume import pack_run
from voiceprep.train.run.signals import StopSignals
from voiceprep.train.run.trainer import BAD_STEPS, Evaluation, Trainer


class Watcher:
    """Remembers what it is told, and may do something at a step."""

    def __init__(self, at=None, then=None):
        self.lines, self.steps, self.at, self.then = [], [], at, then

    def print(self, line):
        self.lines.append(line)

    def advance(self, step, *_):
        self.steps.append(step)
        if step == self.at:
            self.then()


@pytest.fixture
def items(tmp_path):
    return made_items(tmp_path, [5, 9, 3, 7, 6], [13, 21, 6, 9, 15])


def session_of(items, folder, watcher=None, scores=(), steps=6, saved=None, **changes):
    changes = {"evaluate_every": 2, "save_every": 2, "keep": 2} | changes
    train = replace(TRAIN, steps=steps, **changes)
    beginning, task = began(recipe_of(train=train), items, saved)
    run, pace, found = beginning.run, beginning.plan, iter(scores)

    def evaluate(run):
        return Evaluation({"val_loss": 1.0}, next(found, 0.0), f"looked at {run.step}")

    return Trainer(
        run,
        task,
        pace,
        World(),
        folder,
        watcher or Watcher(),
        TrainingLog(folder),
        lambda run: pack_run(run, pace, "tacotron2", VOICE, {}),
        evaluate,
        StopSignals(),
    )


def test_a_run_keeps_last_best_and_every_nth(items, tmp_path):
    session = session_of(items, tmp_path / "run", scores=(1.0, 5.0, 2.0), steps=6)
    assert session.fit() == "finished"
    assert Checkpoint.load(tmp_path / "run" / LAST).step == 6
    assert Checkpoint.load(tmp_path / "run" / BEST).step == 4
    assert list(steps_in(tmp_path / "run")) == [0, 4, 6]
    assert session.console.lines == ["looked at 2", "looked at 4", "looked at 6"]


@pytest.mark.parametrize(
    ("number", "ending"),
    [
        (signal.SIGINT, "interrupted"),
        (signal.SIGTERM, "preempted"),
        (signal.SIGUSR1, "preempted"),
        (signal.SIGHUP, "preempted"),
    ],
)
def test_a_signal_saves_and_ends_after_the_step(items, tmp_path, number, ending):
    before = signal.getsignal(number)
    watcher = Watcher(3, lambda: os.kill(os.getpid(), number))
    session = session_of(items, tmp_path / "run", watcher)
    with session.stops:
        assert session.fit() == ending
    assert Checkpoint.load(tmp_path / "run" / LAST).step == 3
    assert signal.getsignal(number) is before


def test_time_that_is_over_ends_a_run_too(items, tmp_path):
    session = session_of(items, tmp_path / "run", max_minutes=1e-9)
    assert session.fit() == "out of time"
    assert Checkpoint.load(tmp_path / "run" / LAST).step == 1


def spoil(task, places):
    """Make the mels of some clips NaN, as a file that breaks under a run is."""
    for place in places:
        path = task.items[place].path
        np.save(path, np.full_like(np.load(path), np.nan))


def test_bad_steps_are_skipped_and_counted(items, tmp_path):
    session = session_of(items, tmp_path / "run")
    spoil(session.task, [0])
    assert session.fit() == "finished"
    assert session.run.skipped == 2
    assert np.isfinite(session.last["train_loss"])
    assert all(
        torch.isfinite(value).all()
        for value in session.run.model.state_dict().values()
        if value.is_floating_point()
    )


def logged(folder):
    """The numbers in a log but for times."""
    rows = [json.loads(line) for line in (folder / "events.jsonl").open()]
    return [row for row in rows if not row["name"].endswith(("per_sec", "_time"))]


def test_a_run_whose_steps_are_read_in_groups_logs_and_saves_the_same(items, tmp_path, monkeypatch):
    session_of(items, tmp_path / "run", steps=7, evaluate_every=4).fit()
    monkeypatch.setitem(READ_STEPS, "cpu", 10)
    watcher = Watcher(1, lambda: os.kill(os.getpid(), signal.SIGTERM))
    session = session_of(items, tmp_path / "groups", watcher, steps=7, evaluate_every=4)
    with session.stops:
        assert session.fit() == "preempted"
    assert (watcher.steps, session.run.step) == ([1, 2], 2)
    assert resumed(items, tmp_path / "groups", steps=7, evaluate_every=4).fit() == "finished"
    assert logged(tmp_path / "groups") == logged(tmp_path / "run")
    assert files_of(tmp_path / "groups") == files_of(tmp_path / "run")


def test_bad_steps_of_a_group_count_together_and_its_last_good_one_ends_the_count(
    items, tmp_path, monkeypatch
):
    session = session_of(items, tmp_path / "run")
    good = Step(1, {"total": 1.0}, 1e-3, 1.0, 9, 0.1, 0, 0, ("good",))
    bad = replace(good, gradient_norm=float("nan"), skipped=True, ids=("bad",))
    restored = []
    monkeypatch.setattr(Trainer, "_restore_weights", lambda self: restored.append([*self.bad]))
    session._record((bad,) * BAD_STEPS + (good,))
    assert (restored, session.bad) == ([], [])
    session._record((good,) + (bad,) * (BAD_STEPS - 1))
    assert not restored
    session._record((bad,))
    assert restored == [[bad] * BAD_STEPS]


def test_what_could_not_be_recorded_for_a_gpu_is_told_once(items, tmp_path, monkeypatch):
    notes = ["a note"]
    monkeypatch.setattr(trainer, "take_notes", lambda: [notes.pop()] if notes else [])
    session = session_of(items, tmp_path / "run")
    session.fit()
    assert session.console.lines[0] == "a note"
    assert session.console.lines.count("a note") == 1


def test_when_nothing_helps_the_run_ends_and_names_the_clips(items, tmp_path):
    session = session_of(items, tmp_path / "run", steps=99)
    spoil(session.task, range(5))
    with pytest.raises(Diverged, match="clip-0"):
        session.fit()
    assert session.run.step == 4 * BAD_STEPS
    assert sum("restored the weights" in line for line in session.console.lines) == 3
    assert Checkpoint.load(tmp_path / "run" / LAST)


def test_a_full_disk_keeps_the_last_good_checkpoint(items, small_disk, monkeypatch):
    folder, mounted = small_disk
    session = session_of(items, folder / "run", steps=60)
    if not mounted:
        monkeypatch.setattr(os, "fsync", fill_when((folder / "run" / BEST).exists))
    with pytest.raises(TargetError, match="no space left"):
        session.fit()
    saved = Checkpoint.load(folder / "run" / LAST)
    assert 0 < saved.step < 60


def files_of(folder):
    """The bytes of every checkpoint."""
    return {path.name: path.read_bytes() for path in folder.glob("*.pt")}


def resumed(items, folder, scores=(), **changes):
    return session_of(items, folder, scores=scores, saved=Checkpoint.load(folder / LAST), **changes)


def test_a_resumed_run_has_the_bytes_of_one_that_was_never_stopped(items, tmp_path):
    session_of(items, tmp_path / "whole", scores=(1.0, 5.0, 2.0)).fit()
    watcher = Watcher(3, lambda: os.kill(os.getpid(), signal.SIGTERM))
    first = session_of(items, tmp_path / "run", watcher, scores=(1.0,))
    with first.stops:
        assert first.fit() == "preempted"
    assert resumed(items, tmp_path / "run", scores=(5.0, 2.0)).fit() == "finished"
    assert files_of(tmp_path / "run") == files_of(tmp_path / "whole")


@pytest.mark.parametrize("scores", [(1.0, 5.0, 7.0), (7.0, 5.0, 1.0)])
@pytest.mark.parametrize("at", [2, 4, 6])
def test_a_run_killed_in_an_evaluation_loses_no_step_and_makes_it_first(
    items, tmp_path, at, scores
):
    whole = session_of(items, tmp_path / "whole", scores=scores)
    whole.fit()
    first = session_of(items, tmp_path / "run")
    found = iter(scores)

    def evaluate(run):
        if run.step == at:
            raise SystemExit("killed")
        return Evaluation({"val_loss": 1.0}, next(found), f"looked at {run.step}")

    first.evaluate = evaluate
    with pytest.raises(SystemExit):
        first.fit()
    assert Checkpoint.load(tmp_path / "run" / LAST).step == at
    again = resumed(items, tmp_path / "run", scores=scores[at // 2 - 1 :])
    assert again.run.evaluation_due
    assert again.fit() == "finished"
    assert again.console.lines == [f"looked at {step}" for step in range(at, 7, 2)]
    assert files_of(tmp_path / "run") == files_of(tmp_path / "whole")


def test_a_signal_breaks_an_evaluation_off_and_it_stays_due(items, tmp_path):
    session = session_of(items, tmp_path / "run")

    def evaluate(run):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    session.evaluate, started = evaluate, time.monotonic()
    with session.stops:
        assert session.fit() == "preempted"
    assert time.monotonic() - started < 30
    saved = Checkpoint.load(tmp_path / "run" / LAST)
    assert (saved.step, saved.training["evaluation_due"]) == (2, True)
    again = resumed(items, tmp_path / "run")
    again.evaluate = evaluate
    with again.stops:
        assert again.fit() == "preempted"
    assert again.run.step == 2


def test_an_evaluation_without_a_checkpoint_of_its_step_is_not_made_again(items, tmp_path):
    session = session_of(items, tmp_path / "run", scores=(3.0, 2.0, 1.0), save_every=6)
    session.fit()
    assert (list(steps_in(tmp_path / "run")), session.run.best) == ([0, 6], 3.0)
    assert not Checkpoint.load(tmp_path / "run" / LAST).training["evaluation_due"]


def test_a_log_that_cannot_be_written_does_not_end_a_run(items, tmp_path):
    session = session_of(items, tmp_path / "run")
    session.log._fail("events.jsonl", OSError(28, "No space left on device"))
    assert session.fit() == "finished"
    assert sum("no space left" in line for line in session.console.lines) == 1


@pytest.mark.parametrize(("accumulate", "epochs"), [(1, [0, 1, 1]), (2, [0, 1, 2])])
def test_an_evaluation_has_the_epoch_that_it_belongs_to(items, tmp_path, accumulate, epochs):
    session = session_of(items, tmp_path / "run", steps=6, accumulate=accumulate)
    session.fit()
    rows = [json.loads(line[5:]) for line in (tmp_path / "run" / "nvlog.json").open()]
    logged = [(row["step"], row["data"]) for row in rows if row["type"] == "LOG"]
    assert [step[0] for step, data in logged if step and "val_loss" in data] == epochs
    counts = [data["glob_iter/iters_per_epoch"] for step, data in logged if len(step) == 2]
    assert counts == [f"{number}/{session.plan.steps_per_epoch}" for number in range(6)]
