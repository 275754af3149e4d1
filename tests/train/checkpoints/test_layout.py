"""Weights of any container under plain names, in single precision, and whose they are."""

from dataclasses import replace

import pytest
import torch

from tests.train.made_checkpoints import (
    made_checkpoint,
    made_vocoder,
    nvidia_fields,
    same_weights,
    saved,
)
from voiceprep.errors import CheckpointError, UserError
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.checkpoints.layout import find_layout, parameters, plain_name
from voiceprep.train.registry import MODELS


@pytest.mark.parametrize("prefix", ["module.", "module.1.", "module.module.", "_orig_mod."])
def test_prefixes_are_taken_from_the_start_of_a_key_only(tmp_path, prefix):
    made = made_checkpoint()
    fields = nvidia_fields(made)
    fields["state_dict"] = {f"{prefix}{name}": value for name, value in made.weights.items()}
    assert same_weights(Checkpoint.load(saved(tmp_path / "x", fields)).weights, made.weights)
    fields["state_dict"] |= {"decoder.module.extra": torch.ones(2)}
    assert "decoder.module.extra" in Checkpoint.load(saved(tmp_path / "x", fields)).weights


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_become_single(tmp_path, dtype):
    made = made_checkpoint()
    fields = nvidia_fields(made)
    fields["state_dict"] = {
        name: value.to(dtype) if value.is_floating_point() else value
        for name, value in made.weights.items()
    }
    loaded = Checkpoint.load(saved(tmp_path / "x", fields))
    assert {value.dtype for value in loaded.weights.values()} == {torch.float32, torch.int64}
    assert f"its weights were {str(dtype)[6:]}" in loaded.notes
    loaded.build()


def test_counters_that_old_files_lack_are_put_in(tmp_path):
    fields = nvidia_fields(made_checkpoint())
    fields["state_dict"] = {
        name: value for name, value in fields["state_dict"].items() if "tracked" not in name
    }
    loaded = Checkpoint.load(saved(tmp_path / "x", fields))
    assert loaded.build().encoder.convolutions[0][1].num_batches_tracked == 0
    assert loaded.training


def test_weights_that_cannot_speak_are_told(tmp_path):
    made = made_checkpoint()
    made.weights["embedding.weight"][3, 2] = torch.nan
    (note,) = Checkpoint.load(saved(tmp_path / "x", nvidia_fields(made))).notes
    assert note == "not all numbers in embedding.weight are finite: it cannot speak"


@pytest.mark.parametrize("made", [made_checkpoint, made_vocoder])
def test_a_model_is_recognised_by_its_weights_alone(tmp_path, made):
    held = made()
    loaded = Checkpoint.load(saved(tmp_path / "x", {"state_dict": held.weights}))
    assert loaded.model == held.model
    assert same_weights(loaded.weights, held.weights)


def test_weights_have_the_models_order_and_what_it_does_not_have_comes_last(tmp_path):
    held = made_checkpoint()
    turned = {"embedding.extra": torch.ones(1)} | dict(reversed(held.weights.items()))
    loaded = Checkpoint.load(saved(tmp_path / "x", {"state_dict": turned}))
    assert list(loaded.weights) == [*held.weights, "embedding.extra"]


def test_weight_norm_of_newer_torch_has_nvidias_names():
    name = "module.WN.0.start.parametrizations.weight.original"
    assert plain_name(f"{name}0") == "WN.0.start.weight_g"
    assert plain_name(f"{name}1") == "WN.0.start.weight_v"


def test_buffers_are_no_parameters():
    model = made_checkpoint().build()
    assert parameters(model.state_dict()) == [name for name, _ in model.named_parameters()]


def test_a_model_without_a_layout_has_no_place_in_nvidias_containers(monkeypatch):
    monkeypatch.setitem(MODELS, "toy", replace(MODELS["waveglow"], name="toy", layout=""))
    with pytest.raises(UserError, match="NVIDIA's containers cannot hold toy"):
        find_layout("toy")


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        (5, "its state_dict is not a mapping of names to tensors"),
        ({"a": 5}, "its state_dict is not a mapping of names to tensors"),
        ({"a": torch.ones(1)}, "its weights are of no known model; the first of them is a"),
        ({}, "it has no weights"),
        (
            {"decoder.a": torch.ones(1)},
            "its weights are not Tacotron 2's: embedding.weight is missing",
        ),
        ({"embedding.weight": torch.ones(3)}, "embedding.weight has the shape (3,)"),
    ],
)
def test_weights_of_no_model_are_an_error(tmp_path, weights, why):
    with pytest.raises(CheckpointError) as caught:
        Checkpoint.load(saved(tmp_path / "x", {"iteration": 1, "state_dict": weights}))
    assert caught.value.why == why
