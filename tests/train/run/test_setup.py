"""A run from scratch, from a checkpoint's weights, or resumed: its sizes, its plan, its notes."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.train.made import TINY, made_items
from tests.train.made_checkpoints import CONFIG, made_checkpoint, same_weights
from tests.train.run.test_loop import TRAIN, VOICE, began, recipe_of, run_of
from tests.train.waveglow.test_task import RECIPE as WAVEGLOW
from voiceprep.audio.mel import MelConfig
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.device import Machine
from voiceprep.train.frontend import FrontendConfig
from voiceprep.train.run.compatibility import MelStatistics
from voiceprep.train.run.resume import pack_run
from voiceprep.train.run.setup import SHOWN_CLIPS, build_run, check_compatibility
from voiceprep.train.settings import InferConfig, ScheduleConfig
from voiceprep.train.tacotron2.config import Tacotron2Config
from voiceprep.train.waveglow.config import WaveGlowConfig
from voiceprep.train.waveglow.task import fit

REFERENCE = Path(__file__).parents[2] / "reference"


@pytest.fixture
def items(tmp_path):
    return made_items(tmp_path, [5, 9, 3, 7, 6], [13, 21, 6, 9, 15])


@pytest.fixture
def saved(items):
    beginning, _ = run_of(recipe_of(), items, 4)
    return pack_run(beginning.run, beginning.plan, "tacotron2", VOICE, {"init_from": "x.pt"})


def test_the_seed_decides_the_initial_weights(items):
    one, same, other = (
        began(recipe_of(train=replace(TRAIN, seed=seed)), items)[0].run.model.state_dict()
        for seed in (1, 1, 2)
    )
    assert same_weights(one, same)
    assert not torch.equal(one["embedding.weight"], other["embedding.weight"])


def test_epochs_are_counted_in_steps_and_the_schedule_is_described(items):
    schedule = ScheduleConfig(learning_rate=1e-2, rule="anneal", anneal_steps=(2,))
    setup, _ = began(recipe_of(train=replace(TRAIN, epochs=4), schedule=schedule), items)
    assert (setup.plan.total_steps, setup.plan.steps_per_epoch) == (12, 3)
    assert setup.notes == (
        "steps 0 to 12, 3 per epoch; fp32 on cpu",
        "learning rate 0.01, 0.001 at epoch 2",
    )


def test_what_half_precision_comes_to_is_told_when_a_run_is_set_up(items):
    plain, half = (began(recipe_of(), items, precision=name)[0].notes for name in ("fp32", "fp16"))
    (more,) = {*half} - {*plain} - {half[0]}
    assert "fp16" in more


def test_frozen_parts_are_counted_and_do_not_train(items):
    setup, _ = began(recipe_of(train=replace(TRAIN, freeze="encoder")), items)
    model = setup.run.model
    count = sum(value.numel() for value in model.parameters() if value.requires_grad)
    assert not any(value.requires_grad for value in model.encoder.parameters())
    assert any(note.startswith(f"{count:,} ") and "encoder" in note for note in setup.notes)


def test_sizes_are_the_checkpoints_unless_others_are_typed(items, saved):
    default = Tacotron2Config(symbols=TINY.symbols, mel_channels=10)
    taken, _ = began(recipe_of(default), items, started_from=saved)
    assert taken.recipe.config == TINY
    typed, _ = began(recipe_of(replace(TINY, prenet_dim=14)), items, started_from=saved)
    assert typed.recipe.config.prenet_dim == 14


def test_a_learning_rate_that_the_checkpoint_does_not_save_is_told_of(items, saved):
    schedule = ScheduleConfig(learning_rate=1e-2, use_saved=True)
    bare = replace(saved, training=None)
    setup, _ = began(recipe_of(schedule=schedule), items, started_from=bare)
    assert setup.plan.schedule.learning_rate == 1e-2
    assert sum(note.startswith("--use-saved-learning-rate ") for note in setup.notes) == 1


def test_of_many_long_clips_a_few_are_named(items, saved):
    recipe = recipe_of(infer=InferConfig(max_frames=5))
    statistics = MelStatistics(torch.zeros(10).numpy(), torch.ones(10).numpy())
    lines = check_compatibility(saved, recipe, items, statistics)
    assert sum(line.startswith("clip-") for line in lines) == SHOWN_CLIPS
    assert f"{len(items) - SHOWN_CLIPS} more clips" in lines[-1]
    lines = check_compatibility(saved, recipe, items[:2], statistics)
    assert [line.split(",")[0] for line in lines if line.startswith("clip-")] == [
        "clip-0",
        "clip-1",
    ]


def test_a_schedule_counts_from_the_start_of_the_fine_tune_unless_told_otherwise(items, saved):
    schedule = ScheduleConfig(learning_rate=1e-2, rule="anneal", anneal_steps=(1, 9))
    fresh, _ = began(recipe_of(schedule=schedule), items, started_from=saved)
    assert (fresh.run.step, fresh.plan.total_steps) == (0, 6)
    assert any("learning rate 0.01, 0.001 at epoch 1" in line for line in fresh.notes)
    absolute = replace(schedule, absolute=True)
    later, _ = began(recipe_of(schedule=absolute), items, started_from=saved)
    assert (later.run.step, later.run.epoch, later.plan.total_steps) == (4, 1, 10)
    assert any("learning rate 0.001" in line for line in later.notes)


def test_the_saved_learning_rate_is_used_where_asked_for(items, saved):
    schedule = ScheduleConfig(learning_rate=1e-2, use_saved=True)
    beginning, _ = began(recipe_of(schedule=schedule), items, started_from=saved)
    assert beginning.plan.schedule.learning_rate == saved.training["learning_rate"] != 1e-2


def test_it_goes_on_from_a_checkpoint_of_the_originals(tmp_path):
    start = Checkpoint.load(REFERENCE / "checkpoint_WaveGlow_a.pt")
    mel = MelConfig(mel_channels=6)
    recipe = replace(
        WAVEGLOW,
        config=fit(WaveGlowConfig(), FrontendConfig(mel=mel)),
        frontend=FrontendConfig(mel=mel),
    )
    beginning = build_run(recipe, 3, Machine(), started_from=start)
    assert beginning.recipe.config.wn_channels == 12
    assert any(note.startswith("weights: ") and note.endswith("loaded") for note in beginning.notes)
    audio, mels = torch.randn(1, 1536) * 0.1, torch.randn(1, 6, 7)
    one, other = beginning.run.model(audio, mels), start.build()(audio, mels)
    assert torch.equal(one.values, other.values)


def test_sizes_are_the_checkpoints_whatever_is_typed():
    start = Checkpoint.load(REFERENCE / "checkpoint_WaveGlow_a.pt")
    mel = MelConfig(mel_channels=6)
    typed = fit(WaveGlowConfig(wn_channels=512, flows=2), FrontendConfig(mel=mel))
    recipe = replace(WAVEGLOW, config=typed, frontend=FrontendConfig(mel=mel))
    beginning = build_run(recipe, 3, Machine(), started_from=start)
    config = beginning.recipe.config
    assert (config.wn_channels, config.flows) == (12, 6)
    assert any("sizes as in the checkpoint: flows 6" in note for note in beginning.notes)
    saved = pack_run(
        beginning.run, beginning.plan, "waveglow", recipe.frontend, {"init_from": "a.pt"}
    )
    assert build_run(recipe, 3, Machine(), continued=saved).recipe.config == config


def test_counting_on_from_an_original_checkpoint_begins_with_its_next_epoch(items):
    schedule = ScheduleConfig(rule="anneal", anneal_steps=(8, 9), absolute=True)
    made = made_checkpoint()
    recipe = recipe_of(CONFIG, schedule=schedule)
    assert began(recipe, items, started_from=made)[0].run.epoch == made.training["epoch"] + 1
    # NVIDIA's own repository saves no epoch.
    training = {name: value for name, value in made.training.items() if name != "epoch"}
    unknown = replace(made, step=7, training=training)
    assert began(recipe, items, started_from=unknown)[0].run.epoch == 3


def test_a_run_without_its_settings_keeps_its_learning_rate_where_asked_for(items, saved):
    schedule = ScheduleConfig(learning_rate=0.5, use_saved=True)
    alone = replace(saved, training=saved.training | {"init_from": ""})
    setup = began(recipe_of(schedule=schedule), items, alone)[0]
    assert setup.plan.schedule.learning_rate == saved.training["highest_learning_rate"]
