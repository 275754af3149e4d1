from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.train.made_checkpoints import (
    CONFIG,
    dle_fields,
    made_checkpoint,
    same_adam,
    same_weights,
    saved,
)
from voiceprep.train.checkpoints.checkpoint import Checkpoint

REFERENCE = Path(__file__).parents[3] / "reference" / "checkpoint_Tacotron2_a.pt"


def test_the_originals_own_file_is_read():
    loaded = Checkpoint.load(REFERENCE)
    raw = torch.load(REFERENCE, weights_only=True)
    stripped = {name.removeprefix("module."): value for name, value in raw["state_dict"].items()}
    assert same_weights(loaded.weights, stripped)
    assert loaded.training["epoch"] == 1500
    assert loaded.config["attention_rnn_dim"] == raw["config"]["attention_rnn_dim"]
    note = "its inference settings were infer.max_frames=60 and infer.gate_threshold=0.619615"
    assert loaded.notes == (note,)


def test_the_originals_own_file_has_the_keys_that_are_written(tmp_path):
    loaded, raw = Checkpoint.load(REFERENCE), torch.load(REFERENCE, weights_only=True)
    assert loaded.save(tmp_path / "x.pt", "dle") == ()
    written = torch.load(tmp_path / "x.pt", weights_only=True)
    assert written.keys() == raw.keys()
    speaking = {"max_decoder_steps": 2000, "gate_threshold": 0.5, "mask_padding": False}
    assert written["config"] == raw["config"] | speaking
    assert written["epoch"] == 1500
    for name in ("cuda_rng_state_all", "random_rng_states_all"):
        assert (written[name].shape, written[name].dtype) == (raw[name].shape, raw[name].dtype)
    torch.random.set_rng_state(written["random_rng_states_all"][0])


@pytest.mark.parametrize(
    "more",
    [
        {"random_rng_states_all": torch.zeros(2, 5056, dtype=torch.uint8), "scaler": {}},
        {"random_rng_state": torch.zeros(5056, dtype=torch.uint8), "amp": {"loss_scaler0": {}}},
        {"random_rng_state": torch.zeros(5056, dtype=torch.uint8)},
    ],
    ids=["v1.10", "2020-05 with apex", "2020-05"],
)
def test_both_ages_of_the_container_are_read(tmp_path, more):
    made = made_checkpoint()
    loaded = Checkpoint.load(saved(tmp_path / "checkpoint_Tacotron2_7", dle_fields(made, **more)))
    assert same_weights(loaded.weights, made.weights)
    assert same_adam(loaded.training["optimizer"], made.training["optimizer"])
    assert (loaded.step, loaded.training["epoch"], loaded.origin) == (3, 7, "dle")
    assert loaded.notes == (("apex's loss scale was left out",) if "amp" in more else ())


def test_a_scaler_is_taken_over_and_written(tmp_path):
    scaler = {"scale": 1024.0, "growth_factor": 2.0, "_growth_tracker": 5}
    fields = dle_fields(made_checkpoint(), scaler=scaler)
    loaded = Checkpoint.load(saved(tmp_path / "x", fields))
    assert loaded.training["scaler"] == scaler
    loaded.save(tmp_path / "y", "dle")
    assert torch.load(tmp_path / "y", weights_only=True)["scaler"] == scaler


def test_dropouts_come_from_the_config(tmp_path):
    fields = dle_fields(made_checkpoint(replace(CONFIG, attention_dropout=0.4)))
    fields["config"]["p_attention_dropout"] = 0.4
    assert Checkpoint.load(saved(tmp_path / "x", fields)).config["attention_dropout"] == 0.4


def test_where_config_and_weights_disagree_the_weights_count(tmp_path):
    fields = dle_fields(made_checkpoint())
    fields["config"]["n_symbols"] = 150
    loaded = Checkpoint.load(saved(tmp_path / "x", fields))
    assert loaded.config["symbols"] == 148
    assert loaded.notes == ("its config has n_symbols = 150, its weights 148: these are used",)


def test_steps_that_are_not_counted_are_told(tmp_path):
    made = replace(made_checkpoint(), step=900)
    note = "it counts epochs: the step, 900, was left out"
    assert note in made.save(tmp_path / "x", "dle")
