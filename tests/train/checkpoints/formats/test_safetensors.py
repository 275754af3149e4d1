import json
from dataclasses import replace

import pytest
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from tests.train.made_checkpoints import VOICE, made_checkpoint, same_weights, torchaudio_weights
from voiceprep.errors import CheckpointError
from voiceprep.train.checkpoints.checkpoint import Checkpoint


def test_a_file_speaks_alone_and_cannot_be_resumed(tmp_path):
    made = replace(made_checkpoint(), frontend=replace(VOICE, symbols=("_", "é"), cleaner="basic"))
    left = made.save(tmp_path / "x.safetensors", "safetensors")
    assert left == ("the optimiser was left out: training cannot be resumed from this file",)
    loaded = Checkpoint.load(tmp_path / "x.safetensors")
    assert same_weights(loaded.weights, made.weights)
    assert (loaded.frontend, loaded.config, loaded.step) == (made.frontend, made.config, 3)
    assert (loaded.training, loaded.origin) == (None, "safetensors")
    loaded.build()


def test_others_find_tensors_and_json(tmp_path):
    made = made_checkpoint()
    made.save(tmp_path / "x.safetensors", "safetensors")
    assert load_file(tmp_path / "x.safetensors").keys() == made.weights.keys()
    with safe_open(tmp_path / "x.safetensors", "np") as file:
        assert json.loads(file.metadata()["voiceprep"])["model"] == "tacotron2"


@pytest.mark.parametrize("kind", ["published", "torchaudio"])
def test_files_of_others_are_bare_weights(tmp_path, kind):
    made = made_checkpoint()
    weights = torchaudio_weights(made.weights) if kind == "torchaudio" else made.weights
    save_file(weights, tmp_path / "x.safetensors", {"format": "pt"})
    loaded = Checkpoint.load(tmp_path / "x.safetensors")
    assert loaded.weights.keys() == made.weights.keys()
    assert loaded.origin == kind
    loaded.build()


@pytest.mark.parametrize(
    "metadata", ["no json", "[]", "{}", '{"voice": 5, "order": []}', '{"order": ["x"]}']
)
def test_metadata_that_is_not_ours_is_told(tmp_path, metadata):
    save_file(made_checkpoint().weights, tmp_path / "x", {"voiceprep": metadata})
    with pytest.raises(CheckpointError, match="its metadata cannot be read"):
        Checkpoint.load(tmp_path / "x")


def test_weights_in_a_kind_of_numbers_that_torch_does_not_convert_are_refused(tmp_path):
    header = b'{"embedding.weight":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}'
    path = tmp_path / "packed.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0")
    with pytest.raises(CheckpointError) as error:
        Checkpoint.load(path)
    assert error.value.path == path
