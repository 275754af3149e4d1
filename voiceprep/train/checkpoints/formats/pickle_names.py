"""What a pickle of torch.save may name, and what that comes to here.

Every function is our own and takes plain values only: none of torch's or numpy's is called by its
name, for they trust what they are given. `numpy.dtype` takes state that makes numpy follow pointers
in the file, and `torch.Tensor` a size.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .storages import Storage

# The packages whose classes the scripts of Tacotron 2 and WaveGlow pickled.
NETWORKS: tuple[str, ...] = (
    *("torch.nn", "torchaudio.models", "model", "layers", "glow", "glow_old"),
    *("tacotron2", "waveglow", "common", "tacotron2_common"),
)
# The kinds of numpy's numbers: their codes have no fields, no objects and no length of text.
_NUMPY_CODES = frozenset(("b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"))
_PLAIN_KEYS = (str, int, bool, bytes, type(None))
STORAGES = {
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}


class RefusedProgram(UnpicklingError):
    """The pickle does what no checkpoint needs."""


class RefusedGlobal(RefusedProgram):
    """The pickle refers to `name`, which no checkpoint needs."""

    def __init__(self, name: str):
        super().__init__(f"it would call {name}, which no checkpoint needs")
        self.name = name


@dataclass(frozen=True)
class Function:
    """What a pickle may call: our own function for the name that it gives."""

    name: str
    call: Callable[..., Any]


@dataclass(frozen=True)
class InertClass:
    """A class of a network, by name."""

    name: str


class InertObject:
    """Replaces an object of a network: it keeps its state and does nothing."""

    __slots__ = ("kind", "state")

    def __init__(self, kind: str):
        self.kind = kind
        self.state: Mapping[str, Any] = {}


@dataclass(frozen=True)
class StorageKind:
    """The kind of a storage, by the dtype of its elements."""

    dtype: torch.dtype


@dataclass(frozen=True)
class NumpyCode:
    """A plain kind of number of numpy's; its numbers become Python's."""

    code: str


def _ordered(pairs: Any = ()) -> OrderedDict[Any, Any]:
    """`collections.OrderedDict`; Python 2 gives its pairs at once."""
    return OrderedDict((plain_key(key), value) for key, value in pairs)


def _items(values: Any = ()) -> list[Any]:
    """`set`: a list, which hashes nothing."""
    return list(values)


def _counts(values: Any) -> dict[Any, Any]:
    """`collections.Counter`, in the state of a schedule: a dict, nothing is counted."""
    if type(values) is not dict:
        raise RefusedProgram("counts that are not in a dict")
    return dict(values)


def _bytes(text: Any, encoding: Any = "latin1") -> bytes:
    """`codecs.encode`, by which pickle protocol 2 stores bytes as text: Latin-1 only."""
    if type(text) is not str or encoding not in ("latin1", "latin-1"):
        raise RefusedProgram("bytes that are no text of Latin-1")
    return text.encode("latin-1")


def _size(values: Any = ()) -> tuple[int, ...]:
    """`torch.Size`: a tuple of whole numbers."""
    if type(values) is not tuple or not all(type(value) is int for value in values):
        raise RefusedProgram("a size that is not one of whole numbers")
    return values


def _device(kind: Any, *_number: Any) -> str:
    """`torch.device`: its name; all is read on the CPU."""
    return _text(kind)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise RefusedProgram(f"a {type(value).__name__} in place of a text")
    return value


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *_settings: Any) -> Tensor:
    """`torch._utils._rebuild_tensor` and `_v2`: a view of a storage that reaches no further.

    Gradients, hooks and metadata are ignored.
    """
    if type(storage) is not Storage:
        raise RefusedProgram("a tensor without a storage")
    return storage.view(offset, size, stride)


def _parameter(data: Any, *_settings: Any) -> Tensor:
    """`torch.nn.Parameter` and its functions: the tensor that they are given."""
    if type(data) is not Tensor:
        raise RefusedProgram("a parameter without a tensor")
    return data


def _numpy_dtype(code: Any, *_settings: Any) -> NumpyCode:
    """`numpy.dtype`: the code of a plain number. No dtype of numpy's is made."""
    if type(code) is not str or code not in _NUMPY_CODES:
        raise RefusedProgram("a dtype of numpy that is not a plain number's")
    return NumpyCode(code)


def _numpy_scalar(dtype: Any, data: Any) -> int | float | bool:
    """numpy's `scalar`: Python's number of the bytes, which must be as many as its kind has."""
    if type(dtype) is not NumpyCode or type(data) is not bytes:
        raise RefusedProgram("a number of numpy that is not plain")
    kind = np.dtype(dtype.code).newbyteorder("<")
    if len(data) != kind.itemsize:
        raise RefusedProgram(f"{len(data)} bytes for a number of {kind.itemsize}")
    number: int | float | bool = np.frombuffer(data, kind)[0].item()
    return number


FUNCTIONS = {
    name: Function(name, call)
    for names, call in (
        (("collections.OrderedDict",), _ordered),
        (("collections.Counter",), _counts),
        (("builtins.set", "__builtin__.set"), _items),
        (("_codecs.encode",), _bytes),
        (("torch.Size",), _size),
        (("torch.device",), _device),
        (("torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2"), _tensor),
        (("torch._utils._rebuild_parameter",), _parameter),
        (("torch._utils._rebuild_parameter_with_state",), _parameter),
        (("torch.nn.parameter.Parameter",), _parameter),
        (("numpy.dtype",), _numpy_dtype),
        (("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar"), _numpy_scalar),
    )
    for name in names
}


def plain_key(key: Any) -> Any:
    """A key of a dict; raises RefusedProgram: the hash of a nested tuple may take for ever."""
    if type(key) not in _PLAIN_KEYS:
        raise RefusedProgram(f"a key that is a {type(key).__name__}")
    return key
