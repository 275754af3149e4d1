from dataclasses import replace

import pytest
import torch

from tests.train.made_checkpoints import (
    made_checkpoint,
    made_model,
    nvidia_fields,
    same_adam,
    same_weights,
    saved,
)
from voiceprep.errors import CheckpointError
from voiceprep.train.checkpoints.checkpoint import Checkpoint


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
    epoch, note = made.save(tmp_path / "x", "nvidia")
    assert "the epoch, 7, was left out" in epoch
    assert "mel settings" in note
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


@pytest.mark.parametrize("iteration", ["many", -1, None, 2.5])
def test_an_iteration_that_is_no_number_is_told(tmp_path, iteration):
    fields = nvidia_fields(made_checkpoint()) | {"iteration": iteration}
    with pytest.raises(CheckpointError, match="its iteration is"):
        Checkpoint.load(saved(tmp_path / "x", fields))
