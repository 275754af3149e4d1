"""Tacotron 2's batches, sizes and loops, as the recipe asks for them."""

from dataclasses import replace

import pytest
import torch

from tests.train.made import FLOOR, TINY, made_items
from tests.train.run.test_loop import TRAIN, VOICE, recipe_of
from voiceprep.errors import ClipError
from voiceprep.train.settings import InferConfig
from voiceprep.train.tacotron2.config import LossConfig, Tacotron2Config
from voiceprep.train.tacotron2.fast import decode as fast_decode
from voiceprep.train.tacotron2.fast import fast_stepper
from voiceprep.train.tacotron2.network import Decoder, Tacotron2, without_dropout
from voiceprep.train.tacotron2.stepper import PlainStepper
from voiceprep.train.tacotron2.task import (
    OVERFIT_GUIDANCE,
    SMALL,
    decode_of,
    fit,
    make_task,
    overfit_recipe,
    stepper_of,
)


@pytest.fixture
def items(tmp_path):
    return made_items(tmp_path, [5, 9, 3], [13, 21, 6])


def test_symbols_and_channels_are_those_of_the_data():
    frontend = replace(VOICE, symbols=("_", "a", "b"))
    found = fit(Tacotron2Config(prenet_dim=9), frontend)
    assert (found.symbols, found.mel_channels, found.prenet_dim) == (3, 10, 9)


@pytest.mark.parametrize(("reduction", "floor"), [("valid", FLOOR), ("padded", 0.0)])
def test_padding_is_silence_or_as_in_the_original_zero(items, reduction, floor):
    task = make_task(recipe_of(loss=LossConfig(reduction=reduction)), items)
    batch = task.read([0, 1])
    assert batch.ids == ("clip-0", "clip-1")
    padding = batch.mel[0, :, 13:]
    torch.testing.assert_close(padding, torch.full_like(padding, floor), atol=1e-3, rtol=0)


def test_a_batch_counts_the_frames_of_speech(items):
    task = make_task(recipe_of(), items)
    assert task.size(task.read([0, 2])) == 13 + 6
    assert task.lengths.tolist() == [13, 21, 6]


def test_a_clip_that_is_gone_is_named(items, tmp_path):
    (tmp_path / "clip-1.npy").unlink()
    with pytest.raises(ClipError, match="clip-1"):
        make_task(recipe_of(), items).read([0, 1])


@pytest.mark.parametrize("decoder", ["fast", "plain"])
def test_losses_of_parts_of_a_step_add_up_to_those_of_the_whole(items, decoder):
    recipe = recipe_of(without_dropout(TINY), replace(TRAIN, decoder=decoder))
    task = make_task(recipe, items)
    torch.manual_seed(0)
    model = Tacotron2(recipe.config).eval()
    whole, *parts = (task.read(indices) for indices in ([0, 1, 2], [0], [1], [2]))
    totals = [count.sum() for count in task.count(whole)]
    with torch.no_grad():
        found = [task.losses(model, batch, 0, totals).total for batch in (whole, *parts)]
    torch.testing.assert_close(sum(found[1:]), found[0])


def test_the_decoder_loops_are_those_that_the_recipe_asks_for():
    fast, plain = (recipe_of(train=replace(TRAIN, decoder=name)) for name in ("fast", "plain"))
    assert decode_of(fast) is fast_decode
    assert decode_of(plain) is Decoder.__call__
    assert stepper_of(fast) is fast_stepper
    assert stepper_of(plain)(None) is PlainStepper


def test_the_overfit_check_is_guided_and_small_on_a_cpu():
    recipe = recipe_of(Tacotron2Config(), infer=InferConfig(max_frames=9))
    small = overfit_recipe(recipe, torch.device("cpu"))
    assert {name: getattr(small.config, name) for name in SMALL} == SMALL
    assert small.section(InferConfig).max_frames == 9
    loss = small.section(LossConfig)
    assert (loss.guided_attention, loss.guided_decay_steps) == (OVERFIT_GUIDANCE, 0)
    assert overfit_recipe(recipe, torch.device("cuda")).config == recipe.config
    assert overfit_recipe(recipe_of(), torch.device("cpu")).config == TINY
