"""A step as a GPU takes it: it waits for nothing, and a bad one is skipped without the host."""

from contextlib import nullcontext
from dataclasses import replace

import pytest
import torch

from tests.train.gpu_rules import Waits, no_waiting
from tests.train.made import made_items
from tests.train.run.test_loop import TRAIN, recipe_of
from tests.train.waveglow.test_task import RECIPE as WAVEGLOW
from tests.train.waveglow.test_task import made_sounds
from voiceprep.train.device import Machine, World
from voiceprep.train.run.loop import make_average, read_steps, take_step
from voiceprep.train.run.setup import build_run, build_task
from voiceprep.train.tacotron2.config import LossConfig
from voiceprep.train.tacotron2.task import fast_decode

GUIDED = LossConfig(guided_attention=1.0, gate_positive_weight=2.0)
RECIPES = {
    "fast tacotron2": recipe_of(train=replace(TRAIN, grad_clip=1.0), loss=GUIDED),
    "plain tacotron2": recipe_of(train=replace(TRAIN, decoder="plain"), loss=GUIDED),
    "waveglow": WAVEGLOW,
}


@pytest.fixture(params=RECIPES)
def recipe(request):
    return RECIPES[request.param]


def set_up(recipe, folder, precision="fp32"):
    """A run, its task and its plan."""
    made = made_sounds(folder, 3) if recipe.model == "waveglow" else made_items(folder, *SIZES)
    setup = build_run(recipe, 1, Machine(precision=precision))
    setup.run.model.train()
    return setup.run, build_task(recipe, made), setup.plan


SIZES = ([5, 9, 3], [13, 21, 6])


def step(run, task, plan, device="cpu"):
    batch = task.read([0, 1, 2]).to(device)
    return take_step(run, task, [batch], plan, World(), run.model)


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_a_step_waits_for_nothing(recipe, tmp_path, precision):
    run, task, plan = set_up(recipe, tmp_path, precision)
    run.average = make_average(run.model)
    batch = task.read([0, 1, 2]).to("cpu")
    with no_waiting():
        taken = take_step(run, task, [batch], plan, World(), run.model)
        with pytest.raises(Waits):
            read_steps([taken])


def test_a_step_that_waits_is_found_in_both_passes(tmp_path):
    run, task, plan = set_up(RECIPES["plain tacotron2"], tmp_path)
    batch = task.read([0, 1, 2]).to("cpu")
    for hook in (
        run.model.embedding.register_forward_hook,
        run.model.embedding.weight.register_hook,
    ):
        handle = hook(lambda *values: float(values[-1].sum()) and None)
        with no_waiting(), pytest.raises(Waits):
            take_step(run, task, [batch], plan, World(), run.model)
        handle.remove()


class OnMeta(torch.optim.SGD):
    """Stands in for a fused optimiser, which `meta` does not have."""

    def step(self):
        assert self.found_inf.device.type == "meta"
        self.steps = getattr(self, "steps", 0) + 1


def test_all_tensors_of_a_step_are_on_its_device(recipe, tmp_path, monkeypatch):
    # `meta` has no autocast either; a tensor on the host, or a number read from one, is an error.
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())
    monkeypatch.setattr(torch, "is_autocast_enabled", lambda _: False)
    run, task, plan = set_up(recipe, tmp_path)
    run.model.to("meta")
    run.optimizer = OnMeta(run.model.parameters())
    taken = step(run, task, plan, "meta")
    assert taken.values.device.type == "meta"
    assert run.optimizer.steps == 1


def state_of(run):
    """All that a skipped step must leave as it is."""
    moments = [value for state in run.optimizer.state.values() for value in state.values()]
    values = [*run.model.state_dict().values(), *run.average.values(), *moments]
    return [value.clone() for value in values]


def spoiled(decoder, memory, mel, masks):
    """The fast decoder, with a gradient of its frames that is infinite at one place."""
    frames, gate, weights = fast_decode(decoder, memory, mel, masks)
    place = torch.zeros_like(frames)
    place[0, 0, 0] = torch.inf
    frames.register_hook(lambda gradient: gradient + place)
    return frames, gate, weights


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_an_infinite_gradient_leaves_everything_as_it_is_and_halves_the_scale(tmp_path, precision):
    run, task, plan = set_up(RECIPES["fast tacotron2"], tmp_path, precision)
    run.average, plan = make_average(run.model), replace(plan, average_decay=0.9)
    # The scale is found.
    while step_of(run, task, plan).skipped:
        pass
    assert {float(state["step"]) for state in run.optimizer.state.values()} == {1.0}
    before, scale, seen = state_of(run), run.scaler.get_scale(), []
    run.model.embedding.weight.register_hook(seen.append)
    assert step_of(run, replace(task, decode=spoiled), plan).skipped
    assert not torch.isfinite(seen[0]).all(), "the decoder's backward pass has lost it"
    assert all(torch.equal(*pair) for pair in zip(before, state_of(run), strict=True))
    assert run.scaler.get_scale() == (scale / 2 if precision == "fp16" else 1.0)
    assert not step_of(run, task, plan).skipped
    assert {float(state["step"]) for state in run.optimizer.state.values()} == {2.0}


def step_of(run, task, plan):
    (told,) = read_steps([step(run, task, plan)])
    return told
