"""WaveGlow's batches and losses, and that it learns what it is given."""

from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from voiceprep.audio.mel import MelConfig
from voiceprep.errors import SettingError, Unusable
from voiceprep.train.data.items import Item, Items
from voiceprep.train.device import Machine, World
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.recipe import Recipe
from voiceprep.train.run.loop import train_steps
from voiceprep.train.run.resume import pack_run
from voiceprep.train.run.setup import build_run
from voiceprep.train.settings import (
    CropConfig,
    ScheduleConfig,
    TrainConfig,
)
from voiceprep.train.waveglow.config import WaveGlowConfig
from voiceprep.train.waveglow.network import WaveGlow
from voiceprep.train.waveglow.task import flow_losses, make_task

REFERENCE = Path(__file__).parents[2] / "reference"
VOICE = FrontendConfig(mel=MelConfig(mel_channels=20))
TINY = WaveGlowConfig(20, flows=4, early_every=2, wn_layers=2, wn_channels=8)
RECIPE = Recipe(
    "waveglow",
    TINY,
    VOICE,
    TrainConfig(steps=12, batch_size=2, workers=0, precision="fp32", grad_clip=100.0),
    ScheduleConfig(learning_rate=2e-3),
    {"crops": CropConfig(segment_length=2048)},
)


def made_sounds(folder, count=5, silent=()):
    """Clips of half a second with tones of their own."""
    items = []
    for place in range(count):
        time = np.arange(11025) / 22050
        samples = 0.3 * np.sin(2 * np.pi * 200 * (place + 1) * time) * (place not in silent)
        path = folder / f"clip-{place}.wav"
        soundfile.write(path, samples, 22050)
        items.append(Item(f"clip-{place}", np.zeros(0, np.int16), 44, path))
    return Items(items)


def test_the_losses_are_the_originals():
    numbers = np.load(REFERENCE / "waveglow_a.npz")
    held = torch.load(REFERENCE / "checkpoint_WaveGlow_a.pt", weights_only=True)["state_dict"]
    model = WaveGlow(WaveGlowConfig(6, flows=6, early_every=2, wn_layers=3, wn_channels=12))
    model.load_state_dict({name.removeprefix("module."): value for name, value in held.items()})
    audio, mel = (torch.from_numpy(numbers[name]) for name in ("audio", "mel"))
    for sigma, name in ((1.0, "loss"), (0.7, "loss_sigma_0p7")):
        told = flow_losses(model(audio, mel), sigma, audio.numel())
        assert float(told.total.detach()) == pytest.approx(float(numbers[name]), abs=1e-6)
        assert torch.isclose(told.total, told.energy - told.log_scale - told.log_determinant)


def test_an_epoch_has_a_crop_of_every_clip_and_the_next_has_others(tmp_path):
    task = make_task(RECIPE, made_sounds(tmp_path))
    plan = task.epoch_batches(0)
    assert sorted(np.concatenate(plan)) == [*range(5)]
    batch, again, later = (task.read(plan[0], epoch) for epoch in (0, 0, 1))
    assert batch.audio.shape == (len(plan[0]), 2048)
    assert batch.mel.shape == (len(plan[0]), 20, 9)
    assert torch.equal(batch.audio, again.audio)
    assert not torch.equal(batch.audio, later.audio)
    assert task.size(batch) == batch.audio.numel() == int(task.count(batch)[0].sum())


def test_the_next_clip_takes_the_place_of_a_silent_one(tmp_path):
    task = make_task(RECIPE, made_sounds(tmp_path, silent=(1,)))
    assert task.read([0, 1, 2]).ids == ("clip-0", "clip-2", "clip-2")


def test_silence_alone_is_told_by_its_name(tmp_path):
    task = make_task(RECIPE, made_sounds(tmp_path, 2, silent=(0, 1)))
    with pytest.raises(Unusable, match=r"clip-\d: is silent"):
        task.read([0])


def test_two_processes_share_an_epoch(tmp_path):
    items = made_sounds(tmp_path)
    shares = [make_task(RECIPE, items, World(rank, 2)).epoch_batches(3) for rank in range(2)]
    assert len(shares[0]) == len(shares[1])
    assert {*np.concatenate(shares[0] + shares[1])} == {*range(5)}


def test_it_learns(tmp_path):
    items = made_sounds(tmp_path)
    recipe = replace(RECIPE, train=replace(RECIPE.train, steps=40))
    task, beginning = make_task(recipe, items), build_run(recipe, 3, Machine())
    beginning.run.model.train()
    told = [
        step.losses["total"]
        for (step,) in train_steps(beginning.run, task, beginning.plan, World())
    ]  # fmt: skip
    assert np.mean(told[-5:]) < np.mean(told[:5]) - 0.3


def test_accumulated_batches_take_the_step_of_one(tmp_path):
    items = made_sounds(tmp_path, 4)
    grown = {}
    for size, group in ((4, 1), (2, 2)):
        train = replace(RECIPE.train, steps=1, batch_size=size, accumulate=group)
        recipe = replace(RECIPE, train=train)
        task, beginning = make_task(recipe, items), build_run(recipe, 1, Machine())
        ((step,),) = train_steps(beginning.run, task, beginning.plan, World())
        grown[size] = step.losses["total"], step.gradient_norm
    assert grown[4] == pytest.approx(grown[2], rel=1e-4)


@pytest.mark.parametrize("recompute", [False, True])
def test_k_steps_and_k_more_are_2k_steps_bit_for_bit(tmp_path, recompute):
    items, crops = made_sounds(tmp_path), CropConfig(segment_length=2048, recompute=recompute)
    recipe = replace(RECIPE, train=replace(RECIPE.train, steps=4), more={"crops": crops})

    def trained(steps, saved=None):
        task, beginning = make_task(recipe, items), build_run(recipe, 3, Machine(), saved)
        beginning.run.model.train()
        pace = replace(beginning.plan, total_steps=steps)
        told = [*chain(*train_steps(beginning.run, task, pace, World()))]
        return beginning, told

    whole, told = trained(4)
    first, _ = trained(2)
    rest, later = trained(4, pack_run(first.run, first.plan, "waveglow", VOICE, {}))
    assert [step.losses for step in told[2:]] == [step.losses for step in later]
    weights = (one.run.model.state_dict().values() for one in (whole, rest))
    assert all(torch.equal(one, other) for one, other in zip(*weights, strict=True))


def test_the_ways_that_exclude_each_other_are_told(tmp_path):
    recipe = replace(
        RECIPE,
        train=replace(RECIPE.train, decoder="plain"),
        more={"crops": CropConfig(recompute=True)},
    )
    with pytest.raises(SettingError, match="recompute needs --decoder fast"):
        make_task(recipe, made_sounds(tmp_path, 1))


def test_samples_over_whole_groups_are_left_out_as_in_the_original(tmp_path):
    recipe = replace(
        RECIPE, config=replace(TINY, groups=6), more={"crops": CropConfig(segment_length=2050)}
    )
    task = make_task(recipe, made_sounds(tmp_path))
    batch = task.read([0, 1])
    assert batch.audio.shape == (2, 2046)
    total = sum(task.count(batch)).sum()
    assert torch.isfinite(task.losses(WaveGlow(recipe.config), batch, 0, [total]).total)


@pytest.mark.parametrize(
    "crops", [{"segment_length": 7}, {"segment_length": 512, "mel_of": "crop"}]
)
def test_crops_that_are_too_short_are_told_before_any_is_read(tmp_path, crops):
    with pytest.raises(SettingError, match=r"^segment_length = "):
        make_task(replace(RECIPE, more={"crops": CropConfig(**crops)}), made_sounds(tmp_path, 1))
