"""The loop: resumed it is as if it had not stopped, accumulated as if it had not been cut."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
import torch

from tests.train.made import TINY, made_items
from voiceprep.audio.mel import MelConfig
from voiceprep.batch.summary import clip_count
from voiceprep.errors import OutOfMemory
from voiceprep.text.encode import TextConfig
from voiceprep.train.device import Machine, World
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.recipe import Recipe
from voiceprep.train.run.loop import (
    READ_STEPS,
    TrainingRun,
    make_average,
    read_steps,
    step_seed,
    take_step,
    train_steps,
    update_average,
)
from voiceprep.train.run.resume import pack_run
from voiceprep.train.run.setup import build_run
from voiceprep.train.settings import InferConfig, ScheduleConfig, TrainConfig
from voiceprep.train.tacotron2.config import LossConfig
from voiceprep.train.tacotron2.network import without_dropout
from voiceprep.train.tacotron2.task import Tacotron2Task

VOICE = FrontendConfig(mel=MelConfig(mel_channels=10))
TRAIN = TrainConfig(steps=6, batch_size=2, grad_clip=1e9)


def recipe_of(config=TINY, train=TRAIN, schedule=None, loss=None, infer=None):
    schedule = schedule or ScheduleConfig(rule="cosine", learning_rate=1e-2)
    more = {"loss": loss or LossConfig(), "infer": infer or InferConfig(), "text": TextConfig()}
    return Recipe("tacotron2", config, VOICE, train, schedule, more)


@pytest.fixture
def items(tmp_path):
    return made_items(tmp_path, [5, 9, 3, 7, 6], [13, 21, 6, 9, 15])


def began(recipe, items, continued=None, precision="fp32", started_from=None):
    task = Tacotron2Task(items, VOICE, recipe.config, recipe.section(LossConfig), recipe.train)
    steps = -(-len(task.epoch_batches(0)) // recipe.train.accumulate)
    return build_run(recipe, steps, Machine(precision=precision), continued, started_from), task


def run_of(recipe, items, steps, continued=None):
    beginning, task = began(recipe, items, continued)
    beginning.run.model.train()
    told = []
    for group in train_steps(beginning.run, task, beginning.plan, World()):
        told.extend(group)
        if len(told) == steps:
            break
    return beginning, told


def test_k_steps_and_k_more_are_2k_steps_bit_for_bit(items):
    recipe = recipe_of()
    whole, told = run_of(recipe, items, 6)
    first, _ = run_of(recipe, items, 4)
    saved = pack_run(first.run, first.plan, "tacotron2", VOICE, {})
    rest, later = run_of(recipe, items, 2, saved)
    assert rest.run.step == 6
    for one, other in zip(
        whole.run.model.state_dict().values(), rest.run.model.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other)
    assert [step.losses for step in told[4:]] == [step.losses for step in later]
    assert [step.ids for step in told[4:]] == [step.ids for step in later]


def test_every_epoch_has_every_clip_once(items):
    _, told = run_of(recipe_of(), items, 6)
    for epoch in (0, 1):
        ids = [name for step in told if step.epoch == epoch for name in step.ids]
        assert sorted(ids) == [items[place].id for place in range(5)]
    assert [step.iteration for step in told] == [0, 1, 2, 0, 1, 2]


def test_steps_read_in_groups_are_those_read_one_by_one(items, monkeypatch):
    train = replace(TRAIN, batch_size=1, steps=13, evaluate_every=4, save_every=7, accumulate=1)
    alone, told = run_of(recipe_of(train=train), items, 13)
    monkeypatch.setitem(READ_STEPS, "cpu", 3)
    setup, task = began(recipe_of(train=train), items)
    setup.run.model.train()
    groups, ends = [], []
    for group in train_steps(setup.run, task, setup.plan, World()):
        assert setup.run.step == group[-1].number
        assert len({step.seconds for step in group}) == 1
        groups.append(group)
        ends.append(setup.run.step)
    # Epochs end at 5 and 10, evaluations are due at 4 and 8, a checkpoint at 7.
    assert ends == [3, 4, 5, 7, 8, 10, 12, 13]
    assert [replace(step, seconds=0.0) for step in chain(*groups)] == [
        replace(step, seconds=0.0) for step in told
    ]
    assert [step.number for step in told] == list(range(1, 14))
    weights = (one.run.model.state_dict().values() for one in (alone, setup))
    assert all(torch.equal(*pair) for pair in zip(*weights, strict=True))


def test_accumulated_batches_are_one_batch(items):
    config = without_dropout(TINY)
    grown = []
    for size, accumulate in ((4, 1), (2, 2)):
        train = replace(TRAIN, batch_size=size, accumulate=accumulate)
        beginning, task = began(recipe_of(config, train), items)
        # In evaluating mode batch norm does not see which clips share a batch.
        model = beginning.run.model.eval()
        batches = [task.read(part) for part in np.split(np.arange(4), accumulate)]
        take_step(beginning.run, task, batches, beginning.plan, World(), model)
        grown.append(model.state_dict())
    for one, other in zip(grown[0].values(), grown[1].values(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_trains_too(items, precision):
    beginning, task = began(recipe_of(), items, precision=precision)
    beginning.run.model.train()
    told = [*chain(*train_steps(beginning.run, task, beginning.plan, World()))]
    assert all(np.isfinite(step.losses["total"]) for step in told)
    assert told[-1].losses["total"] < told[0].losses["total"]


def test_a_step_without_a_usable_gradient_changes_nothing_and_is_counted(items):
    beginning, task = began(recipe_of(), items)
    before = {name: value.clone() for name, value in beginning.run.model.named_parameters()}
    batch = task.read([0, 1])
    batch.mel[0, 0, 0] = torch.nan
    taken = take_step(beginning.run, task, [batch], beginning.plan, World(), beginning.run.model)
    (told,) = read_steps([taken])
    assert told.skipped
    assert all(torch.equal(before[name], now) for name, now in
               beginning.run.model.named_parameters())  # fmt: skip


def test_the_learning_rate_follows_the_schedule(items):
    schedule = ScheduleConfig(learning_rate=1e-2, rule="anneal", anneal_steps=(1,))
    _, told = run_of(recipe_of(schedule=schedule), items, 6)
    assert [step.learning_rate for step in told] == pytest.approx([1e-2] * 3 + [1e-3] * 3)


def test_draws_differ_between_steps_and_processes():
    seeds = {step_seed(1, step, rank) for step in range(20) for rank in range(3)}
    assert len(seeds) == 60
    assert step_seed(1, 5, 0) == step_seed(1, 5, 0)


def test_an_average_of_the_weights_follows_them_and_is_lent_to_the_model():
    model = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.BatchNorm1d(1))
    average = make_average(model)
    before = {name: value.clone() for name, value in average.items()}
    with torch.no_grad():
        for value in model.state_dict().values():
            value.add_(1)
    update_average(average, model, 0.75, torch.tensor(False))
    assert all(torch.equal(before[name], now) for name, now in average.items())
    update_average(average, model, 0.75, torch.tensor(True))
    assert torch.allclose(average["0.weight"], before["0.weight"] + 0.25)
    assert average["1.num_batches_tracked"] == model[1].num_batches_tracked
    run = TrainingRun(model, torch.optim.SGD(model.parameters()), torch.amp.GradScaler("cpu"))
    run.average = average
    weights = model[0].weight.clone()
    with run.averaged():
        assert torch.equal(model[0].weight, average["0.weight"])
    assert torch.equal(model[0].weight, weights)


def test_a_batch_that_does_not_fit_into_memory_is_named(items, monkeypatch):
    recipe = recipe_of(train=replace(TRAIN, batch_size=3, accumulate=2))
    beginning, task = began(recipe, items)

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(type(task), "losses", full)
    with pytest.raises(OutOfMemory) as caught:
        next(train_steps(beginning.run, task, beginning.plan, World()))
    batches = task.epoch_batches(0)
    sizes = {len(batch): len(batch) * int(items.frames[batch].max()) for batch in batches}
    clips, frames = max(sizes.items(), key=lambda size: size[1])
    assert caught.value.what == f"a batch of {clip_count(clips)}, {frames} mel frames with padding"
