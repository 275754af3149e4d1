"""The published recipes, by their numbers."""

import pytest

from voiceprep.config import load, preset_names, read_preset
from voiceprep.train.settings import InferConfig, ScheduleConfig, TrainConfig
from voiceprep.train.tacotron2.config import LossConfig

SECTIONS = {"train": TrainConfig, "schedule": ScheduleConfig, "loss": LossConfig}
SECTIONS |= {"infer": InferConfig}
KNOWN = [*SECTIONS, "tacotron2", "convert", "filelist", "text", "mel"]


def recipe(name):
    return load(SECTIONS, KNOWN, [(name, read_preset(name))])


@pytest.mark.parametrize(
    ("name", "batch_size", "precision", "factor"),
    [
        ("dle-v100-amp", 104, "fp16", 0.3),
        ("dle-v100-fp32", 48, "fp32", 0.1),
        ("dle-a100-tf32", 128, "tf32", 0.1),
    ],
)
def test_deep_learning_examples(name, batch_size, precision, factor):
    told = recipe(name)
    assert told["train"].batch_size == batch_size
    assert told["train"].precision == precision
    assert told["train"].epochs == 1501
    assert (told["train"].weight_decay, told["train"].grad_clip) == (1e-6, 1.0)
    schedule = told["schedule"]
    assert (schedule.learning_rate, schedule.rule) == (1e-3, "anneal")
    assert (schedule.anneal_steps, schedule.anneal_factor) == ((500, 1000, 1500), factor)
    assert told["loss"] == LossConfig(reduction="padded")
    assert told["infer"].max_frames == 2000


def test_nvidia_tacotron2():
    told = recipe("nv")
    assert (told["train"].epochs, told["train"].batch_size, told["train"].seed) == (500, 64, 1234)
    assert (told["train"].weight_decay, told["train"].grad_clip) == (1e-6, 1.0)
    assert (told["train"].evaluate_every, told["train"].save_every) == (1000, 1000)
    assert (told["schedule"].learning_rate, told["schedule"].rule) == (1e-3, "constant")
    assert (told["infer"].gate_threshold, told["infer"].max_frames) == (0.5, 1000)


@pytest.mark.parametrize("name", preset_names())
def test_a_recipe_counts_in_epochs_or_in_steps(name):
    train = read_preset(name).get("train", {})
    assert not ("epochs" in train and "steps" in train)


def test_fine_tuning_learns_more_slowly_than_learning_from_nothing():
    tuned, fresh = recipe("finetune-small"), recipe("small")
    assert tuned["schedule"].learning_rate <= fresh["schedule"].learning_rate / 10
    assert tuned["loss"].guided_attention == 0 < fresh["loss"].guided_attention
