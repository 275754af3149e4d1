from dataclasses import replace

import pytest
import torch

from tests.train.made_checkpoints import (
    CONFIG,
    made_checkpoint,
    made_model,
    nvidia_fields,
    same_adam,
    same_weights,
    saved,
)
from voiceprep.audio.mel import MelConfig
from voiceprep.errors import CheckpointError
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.frontend import FrontendConfig


def test_a_checkpoint_of_nvidias_script_is_read(tmp_path):
    made = made_checkpoint()
    loaded = Checkpoint.load(saved(tmp_path / "checkpoint_3", nvidia_fields(made)))
    assert same_weights(loaded.weights, made.weights)
    assert same_adam(loaded.training["optimizer"], made.training["optimizer"])
    assert (loaded.step, loaded.origin, loaded.notes) == (3, "nvidia", ())


def test_its_optimiser_goes_on_where_it_was(tmp_path):
    """A step after the detour over the file is the step without it."""
    made = made_checkpoint()
    models = [made.build(), Checkpoint.load(saved(tmp_path / "x", nvidia_fields(made))).build()]
    states = [made.training, Checkpoint.load(tmp_path / "x").training]
    for model, state in zip(models, states, strict=True):
        adam = torch.optim.Adam(model.parameters())
        adam.load_state_dict(state["optimizer"])
        torch.manual_seed(5)
        for parameter in model.parameters():
            parameter.grad = torch.randn_like(parameter)
        adam.step()
    assert same_weights(*(dict(model.named_parameters()) for model in models))


def test_nvidias_script_finds_all_it_asks_for(tmp_path):
    made = made_checkpoint()
    assert made.save(tmp_path / "x", "nvidia") == (
        "it has no place for symbols, cleaner and mel settings: keep a note of them",
    )
    fields = torch.load(tmp_path / "x", weights_only=True)
    model = made_model(seed=9)
    model.load_state_dict(fields["state_dict"])
    torch.optim.Adam(model.parameters()).load_state_dict(fields["optimizer"])
    assert (fields["iteration"], fields["learning_rate"]) == (3, 2e-4)


def test_a_checkpoint_without_an_optimiser_is_written_with_a_new_one(tmp_path):
    made = replace(made_checkpoint(), training=None)
    assert "its optimiser is new, with learning rate 0.001" in made.save(tmp_path / "x", "nvidia")
    fields = torch.load(tmp_path / "x", weights_only=True)
    torch.optim.Adam(made.build().parameters()).load_state_dict(fields["optimizer"])


def test_settings_without_a_place_are_told(tmp_path):
    made = made_checkpoint(replace(CONFIG, prenet_dropout=0.2, attention_dropout=0.3))
    notes = made.save(tmp_path / "x", "nvidia")
    assert "it has no place for prenet_dropout = 0.2, attention_dropout = 0.3: keep" in notes[-1]


def test_several_frames_a_step_are_known_by_the_shapes(tmp_path):
    made = made_checkpoint(replace(CONFIG, frames_per_step=3))
    loaded = Checkpoint.load(saved(tmp_path / "x", nvidia_fields(made)))
    assert loaded.config == made.config
    assert "one frame per step" in " ".join(loaded.save(tmp_path / "y", "nvidia"))


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


@pytest.mark.parametrize(
    ("name", "weight", "why"),
    [
        ("decoder.decoder_rnn.weight_hh", None, "decoder.decoder_rnn.weight_hh is missing"),
        ("embedding.weight", torch.ones(3), r"embedding.weight has the shape \(3,\)"),
        ("postnet.convolutions.0.0.conv.weight", torch.ones(4, 8, 2), "must be odd"),
    ],
)
def test_weights_of_another_system_are_told(tmp_path, name, weight, why):
    fields = nvidia_fields(made_checkpoint())
    fields["state_dict"] = {**fields["state_dict"], name: weight}
    if weight is None:
        del fields["state_dict"][name]
    with pytest.raises(CheckpointError, match=why):
        Checkpoint.load(saved(tmp_path / "x", fields))


@pytest.mark.parametrize("iteration", ["many", -1, None, 2.5])
def test_an_iteration_that_is_no_number_is_told(tmp_path, iteration):
    fields = nvidia_fields(made_checkpoint()) | {"iteration": iteration}
    with pytest.raises(CheckpointError, match="its iteration is"):
        Checkpoint.load(saved(tmp_path / "x", fields))


def test_a_voice_of_the_originals_is_taken_for_granted(tmp_path):
    loaded = Checkpoint.load(saved(tmp_path / "x", nvidia_fields(made_checkpoint())))
    assert loaded.frontend == FrontendConfig(mel=MelConfig(mel_channels=10))


def test_symbols_of_another_number_are_not_known(tmp_path):
    made = made_checkpoint(replace(CONFIG, symbols=151))
    loaded = Checkpoint.load(saved(tmp_path / "x", nvidia_fields(made)))
    assert loaded.frontend.symbols == ()
    assert "the file does not state which its 151 symbols are" in loaded.notes
