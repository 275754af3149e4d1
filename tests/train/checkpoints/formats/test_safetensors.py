import json
import struct
from dataclasses import replace

import pytest
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from tests.train.made_checkpoints import VOICE, made_checkpoint, same_weights, torchaudio_weights
from tests.train.made_pickles import limited_memory
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
    "metadata",
    [
        *("no json", "[]", "5", "null", "{}", '{"voice": 5, "order": []}', '{"order": ["x"]}'),
        *("[" * 100_000, '{"voice":' * 100_000, "9" * 5000),
    ],
)
def test_metadata_that_is_not_ours_is_told(tmp_path, metadata):
    save_file(made_checkpoint().weights, tmp_path / "x", {"voiceprep": metadata})
    with pytest.raises(CheckpointError, match="its metadata cannot be read"):
        Checkpoint.load(tmp_path / "x")


def written(path, header, data=b"", length=None):
    path.write_bytes(struct.pack("<Q", len(header) if length is None else length) + header + data)
    return path


@pytest.mark.parametrize("length", [9, 1 << 24, 1 << 40, (1 << 64) - 1])
def test_a_header_is_not_longer_than_its_file(tmp_path, length):
    path = written(tmp_path / "x", b"{}", b" " * 6, length)
    with limited_memory(), pytest.raises(CheckpointError, match="header"):
        Checkpoint.load(path)


def test_a_header_of_many_megabytes_is_not_read(tmp_path):
    path = written(tmp_path / "x", b"{" + b" " * (9 << 20) + b"}")
    with limited_memory(), pytest.raises(CheckpointError, match=f"{(9 << 20) + 2} bytes"):
        Checkpoint.load(path)


@pytest.mark.parametrize(
    "header",
    [
        b"{" * 1000,
        b'{"a":' * 100_000,
        b'{"a":{"dtype":"F32","shape":[2147483648],"data_offsets":[0,8]}}',
        b'{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}',
        b'{"a":{"dtype":"X","shape":[2],"data_offsets":[0,8]}}',
        b'{"a":{"dtype":"F4","shape":[16],"data_offsets":[0,8]}}',
        b'{"__metadata__":{"voiceprep":5}}',
        b'{"\\u001b[2J\\n":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
    ],
)
def test_a_header_that_makes_no_sense_is_told_in_one_line(tmp_path, header):
    path = written(tmp_path / "x", header, b"12345678")
    with limited_memory(), pytest.raises(CheckpointError) as raised:
        Checkpoint.load(path)
    assert str(raised.value).isprintable()


def test_weights_in_a_kind_of_numbers_that_torch_does_not_convert_are_refused(tmp_path):
    header = b'{"embedding.weight":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}'
    path = tmp_path / "packed.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0")
    with pytest.raises(CheckpointError) as error:
        Checkpoint.load(path)
    assert error.value.path == path
