import subprocess
import sys
from dataclasses import fields

import pytest

from voiceprep.cli.options import arguments_from, options_of
from voiceprep.errors import SettingError
from voiceprep.train.settings import (
    InferConfig,
    ScheduleConfig,
    SpeechConfig,
    StartConfig,
    TrainConfig,
    VocoderConfig,
)
from voiceprep.train.tacotron2.config import LossConfig


def run(
    train: TrainConfig,
    schedule: ScheduleConfig,
    loss: LossConfig,
    infer: InferConfig,
    start: StartConfig,
):
    """A command with all the settings of a run."""


def typed(**given):
    return arguments_from(run, {"sets": (), "preset": None} | given)


@pytest.mark.parametrize(
    ("cls", "wrong"),
    [
        (TrainConfig, {"batch_size": 0}),
        (TrainConfig, {"steps": -1}),
        (TrainConfig, {"epochs": -1}),
        (TrainConfig, {"grad_clip": 0.0}),
        (TrainConfig, {"grad_clip": float("nan")}),
        (TrainConfig, {"weight_decay": float("nan")}),
        (TrainConfig, {"grad_clip": float("inf")}),
        (TrainConfig, {"weight_decay": float("inf")}),
        (TrainConfig, {"evaluate_every": 0}),
        (ScheduleConfig, {"learning_rate": 0.0}),
        (ScheduleConfig, {"learning_rate": float("nan")}),
        (ScheduleConfig, {"final_learning_rate": 2.0}),
        (ScheduleConfig, {"anneal_factor": 0.5}),
        (ScheduleConfig, {"anneal_steps": (500, 400)}),
        (ScheduleConfig, {"anneal_steps": (0, 400)}),
        (ScheduleConfig, {"anneal_steps": (400, 400)}),
        (ScheduleConfig, {"rule": "anneal"}),
        (LossConfig, {"gate_tail": -1}),
        (LossConfig, {"gate_positive_weight": 0.0}),
        (LossConfig, {"guided_attention": float("inf")}),
        (LossConfig, {"guided_sigma": 0.0}),
        (InferConfig, {"gate_threshold": 0.0}),
        (InferConfig, {"gate_threshold": 1.0}),
        (InferConfig, {"max_frames": 0}),
        (SpeechConfig, {"longest_text": 5}),
        (SpeechConfig, {"pause_seconds": -1}),
        (SpeechConfig, {"pause_seconds": float("inf")}),
        (VocoderConfig, {"chunk_seconds": float("inf")}),
        (VocoderConfig, {"chunk_seconds": 0}),
        (VocoderConfig, {"sigma": float("nan")}),
        (VocoderConfig, {"sigma": 1e30}),
        (VocoderConfig, {"denoiser": -0.1}),
    ],
)
def test_an_impossible_setting_is_refused_by_name(cls, wrong):
    (name,) = wrong
    with pytest.raises(SettingError, match=f"^{name} = ") as caught:
        cls(**wrong)
    assert caught.value.key == name


def test_a_run_without_epochs_or_steps_is_refused():
    assert TrainConfig(epochs=5, steps=0).epochs == 5
    with pytest.raises(SettingError, match="give a number of epochs or of steps"):
        TrainConfig(steps=0)


def test_weights_are_taken_or_a_run_is_continued_but_not_both():
    assert StartConfig(init_from="a.pt", resume="no").init_from
    with pytest.raises(SettingError, match="give one of them"):
        StartConfig(init_from="a.pt", resume="last")


def test_the_short_options_are_those_of_the_original_scripts():
    shorts = {option.opts[0] for option in options_of(run)}
    assert {"-bs", "-lr", "-o", "-n"} <= shorts


def test_no_two_settings_of_a_run_share_an_option():
    flags = [flag for option in options_of(run) for flag in option.opts]
    assert len(flags) == len(set(flags))
    names = [
        entry.name
        for cls in (TrainConfig, ScheduleConfig, LossConfig, InferConfig, StartConfig)
        for entry in fields(cls)
        if entry.metadata["flag"]
    ]
    assert len(names) == len(set(names))


def test_what_was_typed_reaches_its_record():
    told = typed(anneal_steps=(500, 1000), batch_size=4, gate_threshold=0.4, dry_run=True)
    assert told["schedule"].anneal_steps == (500, 1000)
    assert told["train"].batch_size == 4
    assert told["infer"].gate_threshold == 0.4
    assert told["start"].dry_run


def test_the_rule_and_its_epochs_may_come_from_different_layers():
    told = typed(sets=("schedule.rule=anneal",), anneal_steps=(3, 5))
    assert told["schedule"].rule == "anneal"


def test_the_settings_load_no_torch():
    code = "import sys, voiceprep.train.settings; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
