import os
import pickle
import struct
import sys
import types
import zipfile

import numpy as np
import pytest
import torch
from torch import nn

from tests.train.made_checkpoints import made_checkpoint, made_model, same_weights, saved
from tests.train.made_pickles import (
    as_legacy,
    as_zip,
    fields,
    limited_memory,
    name,
    number,
    storage,
    tensor,
    text,
)
from voiceprep.errors import CheckpointError
from voiceprep.train.checkpoints.checkpoint import Checkpoint
from voiceprep.train.checkpoints.formats.torch_files import load_torch, read_torch

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
    assert str(raised.value).startswith(f"{path}: not read: ")
    assert "posix.system" in raised.value.why
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


def test_a_file_without_fields_is_no_checkpoint(tmp_path):
    with pytest.raises(CheckpointError, match="it holds a list, not a checkpoint"):
        read_torch(saved(tmp_path / "x", [1, 2]))


FOUR = struct.pack("<4f", 1, 2, 3, 4)
BOTH = pytest.mark.parametrize("write", [as_zip, as_legacy], ids=["zip", "legacy"])


def refused(path, why):
    """Whether a file is refused in one line that names it, without taking memory."""
    with limited_memory(), pytest.raises(CheckpointError, match=why) as raised:
        load_torch(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


@BOTH
def test_a_tensor_is_read_from_its_storage(tmp_path, write):
    program = fields(
        a=tensor(4, (2, 2), (2, 1)), b=tensor(4, (2,), (2,), 1), c=tensor(4, (0, 3), (3, 1))
    )
    value = load_torch(write(tmp_path / "x", program, {"0": FOUR}))
    assert torch.equal(value["a"], torch.tensor([[1.0, 2], [3, 4]]))
    assert torch.equal(value["b"], torch.tensor([2.0, 4]))
    assert value["c"].shape == (0, 3)
    assert not value["a"].requires_grad


@BOTH_AGES
@pytest.mark.parametrize("mapped", [False, True])
def test_what_torch_saves_is_read(tmp_path, zipped, mapped):
    dtypes = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8")
    numbers = torch.arange(6.0).reshape(2, 3)
    saved_one = {kind: numbers.to(getattr(torch, kind)) for kind in (*dtypes, "uint8", "bool")}
    saved_one |= {"turned": numbers.T, "part": numbers[:, 1:], "none": torch.ones(0)}
    saved_one |= {"single": torch.tensor(3.0), "parameter": nn.Parameter(numbers)}
    path = saved(tmp_path / "x", saved_one, _use_new_zipfile_serialization=zipped)
    loaded = load_torch(path, mapped)
    assert same_weights(loaded, saved_one)
    loaded["float32"] += 1
    assert same_weights(load_torch(path), saved_one)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_protocol_of_pickle_is_read(tmp_path, protocol):
    weights = made_model().state_dict()
    path = saved(tmp_path / "x", weights, pickle_protocol=protocol)
    assert same_weights(load_torch(path), weights)


@BOTH
@pytest.mark.parametrize(
    ("size", "stride", "offset"),
    [
        ((2**31,), (0,), 0),
        ((2**36,), (0,), 0),
        ((2**33,), (1,), 0),
        ((4,), (1,), 1),
        ((4,), (2**40,), 0),
        ((2,), (-1,), 3),
        ((2**62, 4), (0, 0), 0),
    ],
)
def test_a_tensor_that_is_larger_than_its_storage_is_refused(tmp_path, write, size, stride, offset):
    path = write(tmp_path / "x", tensor(4, size, stride, offset), {"0": FOUR})
    refused(path, "do not fit a storage of 4 elements|are not plain")


@BOTH
@pytest.mark.parametrize("count", [2**33, 2**62, 5, 3, 0, -1])
def test_a_storage_that_is_not_as_large_as_in_the_file_is_refused(tmp_path, write, count):
    path = write(tmp_path / "x", tensor(count, (1,), (1,)), {"0": FOUR})
    refused(path, "in the file|larger than the file|other than a storage|of 0 elements")


def test_an_old_file_states_each_storage_once_more(tmp_path):
    for count in (3, 5, 2**60, -1):
        path = as_legacy(tmp_path / "x", tensor(4, (4,), (1,)), {"0": FOUR}, counts={"0": count})
        refused(path, f"a storage of 4 has {count} in the file")


def test_an_old_file_has_the_storages_that_it_uses(tmp_path):
    refused(as_legacy(tmp_path / "x", tensor(4, (4,), (1,))), "other storages than its pickle uses")
    unused = as_legacy(tmp_path / "x", number(1), {"0": FOUR})
    refused(unused, "other storages than its pickle uses")


def test_an_old_file_may_use_parts_of_its_storages(tmp_path):
    def view(offset, count):
        part = b"(" + text("v") + number(offset) + number(count) + b"t"
        return tensor(4, (count,), (1,), held=storage(4, more=part))

    value = load_torch(as_legacy(tmp_path / "x", view(1, 3), {"0": FOUR}))
    assert torch.equal(value, torch.tensor([2.0, 3, 4]))
    refused(as_legacy(tmp_path / "x", view(1, 4), {"0": FOUR}), "reaches beyond it")


def test_a_storage_has_one_kind(tmp_path):
    other = tensor(4, (4,), (1,), held=storage(4, "IntStorage"))
    path = as_zip(tmp_path / "x", fields(a=tensor(4, (4,), (1,)), b=other), {"0": FOUR})
    refused(path, "a storage has two sizes")


def test_a_storage_that_is_not_there_is_told(tmp_path):
    refused(as_zip(tmp_path / "x", tensor(4, (4,), (1,))), "data/0")


def test_a_tensor_used_very_many_times_is_refused(tmp_path):
    """A file of 100 KB would be 2 GB of half-precision weights, and twice that as floats."""
    data = bytes(40_000)
    make = tensor(20_000, (20_000,), (1,), held=storage(20_000, "HalfStorage"))
    path = as_zip(tmp_path / "x", b"(" + make * 400 + b"t", {"0": data})
    refused(path, "tensors are larger than the file")


def test_a_compressed_file_is_refused(tmp_path):
    path = as_zip(tmp_path / "x", tensor(4, (4,), (1,)), {"0": bytes(10**6)}, zipfile.ZIP_DEFLATED)
    refused(path, "compressed or encrypted, which torch.save never does")


def changed(path, old, new):
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))
    return path


def test_an_entry_lies_within_the_file(tmp_path):
    """A size in the zip that is larger than the file, in both of its headers."""
    path = as_zip(tmp_path / "x", tensor(4, (4,), (1,)), {"0": FOUR})
    size = struct.pack("<II", 16, 16)
    refused(changed(path, size, struct.pack("<II", 1 << 30, 1 << 30)), "larger than the file")


def test_entries_that_share_their_bytes_are_refused(tmp_path):
    """A directory that names the same megabyte 500 times."""
    path = as_zip(tmp_path / "x", number(1), {"0": bytes(10**6)})
    data = path.read_bytes()
    with zipfile.ZipFile(path) as whole:
        start = whole.start_dir
    end = data.rindex(b"PK\x05\x06")
    entry = data[data.rindex(b"PK\x01\x02", 0, end) : end]
    entries = [entry.replace(b"data/0", b"data/" + chr(65 + n).encode()) for n in range(26)]
    directory = data[start:end] + b"".join(entries)
    count, size = 3 + len(entries), len(directory)
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, size, start, 0)
    path.write_bytes(data[:start] + directory + tail)
    refused(path, "entries are larger than the file")


def test_a_directory_of_very_many_entries_is_not_read(tmp_path):
    path = tmp_path / "x"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("x/data.pkl", b"N.")
    data, count = path.read_bytes(), 200_000
    end, start = data.rindex(b"PK\x05\x06"), data.rindex(b"PK\x01\x02")
    directory = data[start:end] * count
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 65535, 65535, len(directory), start, 0)
    path.write_bytes(data[:start] + directory + tail)
    refused(path, "directory is too long")


def test_two_entries_of_one_name_are_refused(tmp_path):
    path = as_zip(tmp_path / "x", tensor(4, (4,), (1,)), {"0": FOUR, "1": FOUR})
    refused(changed(path, b"data/1", b"data/0"), "two of its entries have one name")


def test_a_pickle_is_not_too_long(tmp_path):
    refused(as_zip(tmp_path / "x", b"N0" * (5 << 20) + b"N"), "pickle or its directory is too long")


def test_another_order_of_bytes_is_told(tmp_path):
    path = as_legacy(tmp_path / "x", tensor(4, (4,), (1,)), {"0": FOUR})
    refused(changed(path, b"little_endianq\x02\x88", b"little_endianq\x02\x89"), "order of bytes")
    path = as_zip(tmp_path / "x", number(1), order=b"big")
    refused(path, "order of bytes")


@BOTH
@pytest.mark.parametrize("whole", ["a", "model"])
def test_a_dtype_that_holds_a_pointer_is_refused(tmp_path, write, whole):
    """numpy would follow the eight bytes of the number as the address of an object."""
    inside = name("numpy", "dtype") + text("O8") + b"\x85R"
    fields_of_it = b"}" + text("a") + inside + b"K\x00\x86s"
    state = b"(K\x03" + text("|") + b"N" + text("a") + b"\x85" + fields_of_it + b"K\x08K\x01K\x1bt"
    dtype = name("numpy", "dtype") + text("V8") + b"\x85R" + state + b"b"
    data = name("_codecs", "encode") + text("A" * 8) + text("latin1") + b"\x86R"
    scalar = name("numpy.core.multiarray", "scalar") + dtype + data + b"\x86R"
    network = name("glow", "WaveGlow") + b")R}" + text("n_group") + scalar + b"sb"
    refused(write(tmp_path / "x", fields(**{whole: network})), "not a plain number's")


def test_the_attributes_of_a_network_are_numbers(tmp_path):
    made = b"}(" + text("n_group") + b"K\x08" + text("stride") + b"(NK\x01t" + text("a") + b"]u"
    network = name("glow", "WaveGlow") + b")R" + made + b"b"
    raw = read_torch(as_zip(tmp_path / "x", fields(model=network)))
    assert raw.attributes == {"n_group": 8}


@pytest.mark.parametrize("group", ["_parameters", "_buffers", "_modules"])
@pytest.mark.parametrize("held", [b"K\x01", b"](K\x01K\x02e", text("ab"), b"}K\x01K\x01s"])
def test_a_network_of_odd_parts_has_no_weights(tmp_path, group, held):
    network = name("glow", "WaveGlow") + b")R}" + text(group) + held + b"sb"
    assert read_torch(as_zip(tmp_path / "x", fields(model=network))).fields["state_dict"] == {}


def test_what_is_told_of_a_file_is_short_and_can_be_printed(tmp_path):
    long_name = text("os\n\x1b[2J") + text("x" * 100_000) + b"\x93"
    with pytest.raises(CheckpointError) as raised:
        load_torch(as_zip(tmp_path / "x", long_name))
    assert str(raised.value).isprintable()
    assert len(raised.value.why) < 400
