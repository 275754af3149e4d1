import io

import numpy as np
import pytest
import torch

from tests.train.made_pickles import name, number, text
from voiceprep.train.checkpoints.formats.pickle_names import (
    FUNCTIONS,
    NumpyCode,
    RefusedProgram,
    StorageKind,
)
from voiceprep.train.checkpoints.formats.pickles import Unpickler

ENCODE = name("_codecs", "encode")
SCALAR = name("numpy.core.multiarray", "scalar")
DTYPE = name("numpy", "dtype")


def run(program):
    whole = b"\x80\x02" + program + b"."
    return Unpickler(io.BytesIO(whole), len(whole)).load()


def call(function, *arguments):
    return FUNCTIONS[function].call(*arguments)


def encoded(data):
    """Bytes as pickle protocol 2 writes them."""
    letters = data.decode("latin-1").encode()
    size = len(letters).to_bytes(4, "little")
    return ENCODE + b"X" + size + letters + text("latin1") + b"\x86R"


def test_the_names_that_may_be_called():
    """A new one is a decision: it must take anything at all, and copy no more than it is given."""
    assert set(FUNCTIONS) == {
        *("collections.OrderedDict", "collections.Counter", "builtins.set", "__builtin__.set"),
        *("_codecs.encode", "torch.Size", "torch.device"),
        *("torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2"),
        *("torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state"),
        *("torch.nn.parameter.Parameter", "numpy.dtype"),
        *("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar"),
    }
    assert all(function.call.__module__.startswith("voiceprep.") for function in FUNCTIONS.values())


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
@pytest.mark.parametrize(
    "arguments",
    [(), (None,), (1,), ("a",), ([],), ({},), (10**30,), (b"x" * 8,), (torch.float32,), ([1],)],
)
def test_a_function_makes_a_plain_value_of_anything_or_refuses_it(function, arguments):
    try:
        made = call(function, *arguments)
    except (RefusedProgram, TypeError, ValueError):
        return
    assert isinstance(made, int | str | bytes | list | tuple | dict | torch.Tensor)


@pytest.mark.parametrize("code", ["b1", "i1", "i2", "i4", "i8", "u1", "u8", "f2", "f4", "f8"])
def test_a_number_of_numpy_is_pythons(code):
    value = np.ones(1, code)[0]
    state = number((3, "|" if value.itemsize == 1 else "<", None, None, None, -1, -1, 0))
    kind = DTYPE + text(code) + b"\x89\x88\x87R" + state + b"b"
    made = run(SCALAR + kind + encoded(value.tobytes()) + b"\x86R")
    assert made == value.item()
    assert type(made) in (int, float, bool)


@pytest.mark.parametrize(
    "code", ["O", "V8", "V", "S8", "U2", "O8", "M8", "m8", "f16", "c16", ">f8", "f8,f8", "(2,)f8"]
)
def test_no_other_dtype_of_numpy_is_made(code):
    with pytest.raises(RefusedProgram, match="not a plain number's"):
        run(DTYPE + text(code) + b"\x85R")


@pytest.mark.parametrize("code", [None, 1, ["f8"], {"names": ["a"]}, ("f8", 2), np.dtype("f8")])
def test_a_dtype_has_a_code(code):
    with pytest.raises(RefusedProgram, match="not a plain number's"):
        call("numpy.dtype", code)


@pytest.mark.parametrize(
    "arguments",
    [
        (NumpyCode("f8"), b"1234567"),
        (NumpyCode("f8"), b"123456789"),
        (NumpyCode("f8"), b""),
        (NumpyCode("f8"), "12345678"),
        (np.dtype("O"), b"12345678"),
        (np.dtype("f8"), b"12345678"),
        ("f8", b"12345678"),
    ],
)
def test_a_number_has_the_bytes_of_its_kind(arguments):
    with pytest.raises(RefusedProgram):
        call("numpy.core.multiarray.scalar", *arguments)


def test_bytes_are_text_of_latin_1_alone():
    assert run(encoded(bytes(range(256)))) == bytes(range(256))
    assert call("_codecs.encode", "a") == b"a"
    for arguments in (("a", "rot13"), ("a", "zip"), (b"a", "hex"), ("a", ["latin1"])):
        with pytest.raises((RefusedProgram, TypeError)):
            call("_codecs.encode", *arguments)
    with pytest.raises(ValueError, match="latin-1"):
        call("_codecs.encode", "\u0394", "latin1")


def test_a_size_is_a_tuple_of_whole_numbers():
    assert call("torch.Size", (2, 3)) == (2, 3)
    for values in ([2, 3], (2.0,), (True,), 2, "23"):
        with pytest.raises(RefusedProgram):
            call("torch.Size", values)


def test_a_device_is_its_name():
    assert call("torch.device", "cuda", 10**9) == "cuda"


def test_a_parameter_is_its_tensor():
    data = torch.ones(2)
    for function in ("_utils._rebuild_parameter", "nn.parameter.Parameter"):
        assert call(f"torch.{function}", data, True, {}) is data
    for function in ("_rebuild_tensor", "_rebuild_tensor_v2"):
        with pytest.raises(RefusedProgram, match="a tensor without a storage"):
            call(f"torch._utils.{function}", data, 0, (2,), (1,))


def test_a_kind_of_storage_has_a_dtype():
    assert run(name("torch", "HalfStorage")) == StorageKind(torch.float16)
    assert run(name("torch.cuda", "FloatStorage")) == StorageKind(torch.float32)
    assert run(name("torch", "bfloat16")) is torch.bfloat16
    for module, kind in (("torch", "UntypedStorage"), ("os", "FloatStorage"), ("torch", "load")):
        with pytest.raises(RefusedProgram):
            run(name(module, kind))
