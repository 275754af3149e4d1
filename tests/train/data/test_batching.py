import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.errors import UserError
from voiceprep.train.data.batching import (
    epoch_batches,
    evaluation_batches,
    padded_share,
    read_ahead,
)

lengths = st.lists(st.integers(1, 1500), min_size=1, max_size=300).map(np.array)
bounds = st.one_of(
    st.fixed_dictionaries({"batch_size": st.integers(1, 64)}),
    st.fixed_dictionaries({"batch_frames": st.integers(1, 20_000)}),
)
epochs = st.integers(0, 5)
worlds = st.integers(1, 5)


def plain(batches):
    return [batch.tolist() for batch in batches]


def within(batch, frames, bound):
    if "batch_size" in bound:
        return len(batch) <= bound["batch_size"]
    return len(batch) == 1 or len(batch) * frames[batch].max() <= bound["batch_frames"]


@given(lengths, epochs, bounds)
def test_an_epoch_has_every_clip_once(frames, epoch, bound):
    batches = epoch_batches(frames, epoch, 7, **bound)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(frames)))
    assert all(len(batch) and within(batch, frames, bound) for batch in batches)


@given(lengths, epochs, bounds, worlds)
def test_processes_share_an_epoch(frames, epoch, bound, world):
    plans = [epoch_batches(frames, epoch, 7, **bound, rank=n, world=world) for n in range(world)]
    assert len({len(plan) for plan in plans}) == 1
    assert all(len(b) and within(b, frames, bound) for plan in plans for b in plan)
    twice = 0
    for shares in zip(*plans, strict=True):
        step = np.concatenate(shares)
        repeated = len(step) - len(set(step.tolist()))
        # Only to give a process something to do that would have nothing.
        assert repeated == 0 or len(step) == world
        twice += repeated
    every = np.concatenate([batch for plan in plans for batch in plan])
    assert set(every.tolist()) == set(range(len(frames)))
    assert len(every) == len(frames) + twice


@given(lengths, epochs, st.integers(1, 20), worlds)
def test_processes_do_together_what_one_does_alone(frames, epoch, size, world):
    plans = [epoch_batches(frames, epoch, 7, size, rank=n, world=world) for n in range(world)]
    together = [set(np.concatenate(shares).tolist()) for shares in zip(*plans, strict=True)]
    alone = epoch_batches(frames, epoch, 7, size * world)
    assert together == [set(batch) for batch in plain(alone)]


@given(lengths, epochs, bounds)
def test_a_plan_is_the_same_whenever_it_is_made(frames, epoch, bound):
    first, again = (plain(epoch_batches(frames, epoch, 7, **bound)) for _ in range(2))
    assert first == again


def test_epochs_and_seeds_differ():
    frames = np.random.default_rng(0).integers(100, 900, 400)
    plans = [epoch_batches(frames, epoch, seed, 16) for epoch, seed in ((0, 1), (1, 1), (0, 2))]
    assert len({str(plain(plan)) for plan in plans}) == 3


def test_a_dataset_of_one_window_has_other_batches_in_the_next_epoch():
    frames = np.random.default_rng(0).integers(100, 900, 134)
    batches = [{frozenset(b) for b in plain(epoch_batches(frames, n, 1, 16))} for n in range(2)]
    assert not batches[0] & batches[1]


@given(st.integers(1, 47))
def test_fewer_clips_than_a_batch_are_one_batch(count):
    (batch,) = epoch_batches(np.full(count, 300), 0, 1, 48)
    assert len(batch) == count


def test_119_clips_make_even_batches():
    batches = epoch_batches(np.full(119, 300), 0, 1, 48)
    assert sorted(map(len, batches)) == [39, 40, 40]
    shares = [epoch_batches(np.full(119, 300), 0, 1, 104, rank=n, world=2) for n in range(2)]
    assert [list(map(len, plan)) for plan in shares] == [[60], [59]]


def test_a_clip_longer_than_the_budget_stands_alone():
    batches = epoch_batches(np.array([100, 5000, 110]), 0, 1, batch_frames=300)
    assert sorted(map(sorted, plain(batches))) == [[0, 2], [1]]


def test_a_budget_leaves_no_crumb_at_the_end():
    batches = epoch_batches(np.full(21, 100), 0, 1, batch_frames=1000)
    assert sorted(map(len, batches)) == [5, 6, 10]


def test_no_clip_at_all_is_an_error():
    with pytest.raises(UserError, match="no clip to train on"):
        epoch_batches(np.array([], int), 0, 1)


def test_sorted_batches_pad_a_fraction_of_what_random_ones_do():
    random = np.random.default_rng(0)
    frames = random.integers(100, 900, 4000)
    random_batches = np.array_split(random.permutation(4000), 250)
    share = padded_share(frames, epoch_batches(frames, 0, 1, 16))
    assert share < padded_share(frames, random_batches) / 4


@given(lengths, bounds, worlds)
def test_an_evaluation_has_every_clip_once_over_all_processes(frames, bound, world):
    plans = [evaluation_batches(frames, **bound, rank=n, world=world) for n in range(world)]
    every = [index for plan in plans for batch in plan for index in batch.tolist()]
    assert sorted(every) == list(range(len(frames)))
    assert all(len(b) and within(b, frames, bound) for plan in plans for b in plan)


def test_an_evaluation_of_nothing_has_no_batch():
    none = np.array([], int)
    assert evaluation_batches(none, 4) == evaluation_batches(none, batch_frames=100) == []


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_batches_come_in_the_order_of_the_plan(workers):
    def read(indices):
        time.sleep(0.002 * (indices[0] % 3))
        return indices.sum()

    plan = [np.arange(first, first + 3) for first in range(20)]
    assert list(read_ahead(plan, read, workers)) == [indices.sum() for indices in plan]


def test_batches_are_read_while_another_is_trained_on():
    started = threading.Event()

    def read(indices):
        if indices[0] == 1:
            started.set()
        return indices[0]

    batches = read_ahead([np.array([0]), np.array([1])], read, 1)
    assert next(batches) == 0
    assert started.wait(60)


@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_comes_at_its_place(workers):
    def read(indices):
        if indices[0] == 2:
            raise ValueError("clip two")
        return indices[0]

    got = []
    with pytest.raises(ValueError, match="clip two"):
        got.extend(read_ahead([np.array([n]) for n in range(9)], read, workers))
    assert got == [0, 1]


@settings(deadline=None, max_examples=5)
@given(st.integers(1, 3))
def test_nothing_more_is_read_once_the_loop_has_ended(workers):
    read = []
    batches = read_ahead([np.array([n]) for n in range(100)], read.append, workers)
    next(batches)
    batches.close()
    count = len(read)
    assert count <= 2 * workers + 1
    time.sleep(0.01)
    assert len(read) <= count + workers


READING = """
import os, signal, time
import numpy as np
from voiceprep.train.data.batching import read_ahead

# A background process ignores Ctrl-C by default.
signal.signal(signal.SIGINT, signal.default_int_handler)

def read(indices):
    time.sleep(0.05)
    os.write(1, b"read\\n")

for _ in read_ahead([np.array([n]) for n in range(1000)], read, 3):
    pass
"""


def test_ctrl_c_ends_the_reading_at_once():
    run = subprocess.Popen(
        [sys.executable, "-c", READING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert run.stdout.readline() == "read\n"
    run.send_signal(signal.SIGINT)
    out, error = run.communicate(timeout=60)
    assert out.count("read") < 100
    assert error.strip().endswith("KeyboardInterrupt")
