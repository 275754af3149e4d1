"""The estimated cost of a run: counted exactly, timed on a few steps, and nothing is saved."""

from dataclasses import replace

import pytest

from tests.train.made import made_items
from tests.train.run.test_loop import TRAIN, began, recipe_of
from voiceprep.train.run.dry_run import TIMED_STEPS, CostEstimate, estimate_cost


@pytest.fixture
def items(tmp_path):
    return made_items(tmp_path, [5, 9, 3, 7, 6], [13, 21, 6, 9, 15])


def test_clips_frames_and_steps_are_those_of_the_run(items, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    setup, task = began(recipe_of(train=replace(TRAIN, steps=50)), items)
    cost = estimate_cost(setup, task)
    assert (cost.clips, cost.frames, cost.batches, cost.unit) == (5, 64, 3, "frames")
    assert cost.steps == 50
    assert 0 <= cost.padded < 1
    assert cost.seconds_per_step > 0
    assert cost.peak_bytes > 2**20
    assert sorted(tmp_path.rglob("*")) == before


def test_a_resumed_run_is_estimated_from_where_it_is(items):
    setup, task = began(recipe_of(train=replace(TRAIN, steps=50)), items)
    setup.run.step = 48
    assert estimate_cost(setup, task).steps == 2


def test_the_largest_step_is_taken_and_a_few_are_timed(items, monkeypatch):
    setup, task = began(recipe_of(), items)
    read, taken = task.read, []
    monkeypatch.setattr(
        type(task), "read", lambda _, indices: taken.append(indices) or read(indices)
    )
    estimate_cost(setup, task)
    assert len(taken) == 1 + TIMED_STEPS
    sizes = [len(batch) * int(task.lengths[batch].max()) for batch in taken]
    every = [len(batch) * int(task.lengths[batch].max()) for batch in task.epoch_batches(0)]
    assert sizes[0] == max(every)


def test_hours_are_those_of_all_steps():
    cost = CostEstimate(5, 64, 3, 0.1, 7200, 1.5, 40.0, "frames", 1)
    assert cost.hours == 3.0
