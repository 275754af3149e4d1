import os
import pickle
import sys
import types
import zipfile

import numpy as np
import pytest
import torch
from torch import nn

from tests.train.made_checkpoints import made_checkpoint, made_model, same_weights, saved
from voiceprep.errors import CheckpointError
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.checkpoints.formats.pickles import InertObject, read_torch

BOTH_AGES = pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])


class Hostile:
    """What runs a command when an ordinary pickle reader loads it."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.fixture
def glow():
    """The module that older scripts pickled their networks from, gone when they are read."""
    module = types.ModuleType("glow")

    class Invertible(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(2, 2, 1, bias=False)
            self.register_buffer("kept", torch.arange(3.0))
            self.register_buffer("passing", torch.arange(4.0), persistent=False)
            self.activation = nn.ReLU()

    Invertible.__module__, Invertible.__qualname__ = "glow", "Invertible"
    module.Invertible = Invertible
    sys.modules["glow"] = module
    yield module
    sys.modules.pop("glow", None)


@BOTH_AGES
def test_a_pickle_that_would_run_a_command_is_refused_in_one_line(tmp_path, zipped):
    proof = tmp_path / "ran"
    fields = {"state_dict": {}, "iteration": Hostile(f"touch {proof}")}
    path = saved(tmp_path / "x.pt", fields, _use_new_zipfile_serialization=zipped)
    with pytest.raises(CheckpointError) as raised:
        Checkpoint.load(path)
    assert str(raised.value) == (
        f"{path}: not read: it would call posix.system, which no checkpoint needs"
    )
    assert not proof.exists()
    # The fixture is what it says: torch's trusting reader runs it.
    torch.load(path, weights_only=False)
    assert proof.exists()


@pytest.mark.parametrize(
    "name", ["builtins.eval", "builtins.getattr", "torch.load", "torch.hub.load", "torch._C.x"]
)
def test_no_function_but_those_for_tensors_is_called(tmp_path, name):
    module, _, function = name.rpartition(".")
    program = b"\x80\x02c" + f"{module}\n{function}\n".encode() + b"X\x01\x00\x00\x00x\x85R."
    path = saved(tmp_path / "x.pt", {"a": torch.ones(1)})
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "y.pt", "w") as other:
        for entry in whole.namelist():
            data = program if entry.endswith("data.pkl") else whole.read(entry)
            other.writestr(entry.replace("x/", "archive/"), data)
    with pytest.raises(CheckpointError, match=rf"would call {name},"):
        Checkpoint.load(tmp_path / "y.pt")


@BOTH_AGES
def test_a_pickled_network_gives_its_weights_and_no_code_of_it_is_needed(tmp_path, glow, zipped):
    network = glow.Invertible()
    fields = {"model": network, "iteration": 5, "learning_rate": 1e-4}
    path = saved(tmp_path / "x.pt", fields, _use_new_zipfile_serialization=zipped)
    del sys.modules["glow"]
    raw = read_torch(path)
    assert same_weights(raw.fields["state_dict"], network.state_dict())
    assert raw.fields["iteration"] == 5
    assert "model" not in raw.fields


@BOTH_AGES
def test_a_whole_pickled_model_is_read(tmp_path, zipped):
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    path = saved(tmp_path / "x.pt", model, _use_new_zipfile_serialization=zipped)
    assert same_weights(read_torch(path).fields["state_dict"], model.state_dict())


@BOTH_AGES
def test_weights_without_a_container_are_read(tmp_path, zipped):
    weights = made_model().state_dict()
    path = saved(tmp_path / "x.pt", weights, _use_new_zipfile_serialization=zipped)
    loaded = Checkpoint.load(path)
    assert same_weights(loaded.weights, weights)
    assert loaded.origin == "published"


@BOTH_AGES
def test_numbers_of_numpy_are_read(tmp_path, zipped):
    checkpoint = made_checkpoint()
    fields = {
        "iteration": np.int64(5),
        "state_dict": checkpoint.weights,
        "learning_rate": np.float64(3e-4),
        "optimizer": checkpoint.training["optimizer"],
    }
    path = saved(tmp_path / "x.pt", fields, _use_new_zipfile_serialization=zipped)
    loaded = Checkpoint.load(path)
    assert (loaded.step, loaded.training["learning_rate"]) == (5, 3e-4)


def test_a_program_of_torchscript_is_not_run(tmp_path):
    torch.jit.script(nn.Linear(2, 2)).save(str(tmp_path / "x.pt"))
    with pytest.raises(CheckpointError, match="TorchScript program, which is not run"):
        read_torch(tmp_path / "x.pt")


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", pickle.dumps({"a": 1}), b"PK\x03\x04" + bytes(99)]
)
def test_what_torch_did_not_save_is_told(tmp_path, content):
    (tmp_path / "x.pt").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"not a file of torch\.save|damaged or truncated"):
        read_torch(tmp_path / "x.pt")


def test_an_inert_object_keeps_what_it_is_given_and_does_nothing():
    thing = InertObject(1, two=2)
    thing.__setstate__({"a": 1})
    assert thing.state == {"a": 1}
    thing.__setstate__("no mapping")
    assert thing.state == {}


def test_a_file_without_fields_is_no_checkpoint(tmp_path):
    with pytest.raises(CheckpointError, match="it holds a list, not a checkpoint"):
        read_torch(saved(tmp_path / "x", [1, 2]))
