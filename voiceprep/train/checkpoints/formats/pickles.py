"""Files of torch.save, old and new, read without running any code in them.

A pickle is a program: it may name any function and call it. torch's own reader of weights
(`weights_only`) accepts only tensors and plain values, and is tried first. What it refuses, such as
the pickled modules of older scripts, is read by an Unpickler that also accepts the names of
networks, and makes each of them an inert object that only keeps its state. A Pickler writes such
names in turn, for scripts that need a network and not its weights.
"""

import errno
import pickle
import sys
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ....errors import CheckpointError
from ..contents import Raw

ZIP = b"PK\x03\x04"
# The magic number of torch.save before its files were zips, as pickle writes it.
LEGACY = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
# The packages whose classes the scripts of Tacotron 2 and WaveGlow pickled.
NETWORKS: tuple[str, ...] = (
    *("torch.nn", "torchaudio.models", "model", "layers", "glow", "glow_old"),
    *("tacotron2", "waveglow", "common", "tacotron2_common"),
)
# Modules of NVIDIA's that are named in what is written here, and needed to load it.
WRITTEN = ("glow",)
DAMAGED: tuple[type[Exception], ...] = (
    *(RuntimeError, EOFError, ValueError, TypeError, KeyError, AttributeError, IndexError),
    *(AssertionError, RecursionError, OverflowError, MemoryError),
    *(pickle.UnpicklingError, zipfile.BadZipFile),
)


class RefusedGlobal(pickle.UnpicklingError):
    """The pickle refers to `name`, which no checkpoint needs."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


class InertObject:
    """Replaces an object of a network: it keeps its state and does nothing."""

    # torch reads it from classes saved with their source.
    dump_patches = False

    def __init__(self, *_arguments: Any, **_named: Any):
        self.state: Mapping[str, Any] = {}

    def __setstate__(self, state: Any) -> None:
        self.state = state if isinstance(state, Mapping) else {}


def _parameter(data: Tensor, *_settings: Any) -> Tensor:
    return data


def _bytes(text: str, _encoding: str = "") -> bytes:
    """Replaces `codecs.encode`, by which pickle protocol 2 stores bytes as text."""
    return text.encode("latin-1")


# The constructor of numpy scalars, wherever the installed version keeps it.
_SCALAR = np.float64(0).__reduce__()[0]

ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("builtins", "set"): set,
    ("__builtin__", "set"): set,
    ("_codecs", "encode"): _bytes,
    ("torch", "Size"): torch.Size,
    ("torch", "device"): torch.device,
    ("torch._utils", "_rebuild_tensor"): torch._utils._rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch.nn.parameter", "Parameter"): _parameter,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "scalar"): _SCALAR,
    ("numpy._core.multiarray", "scalar"): _SCALAR,
}


class Unpickler(pickle.Unpickler):
    """An Unpickler with an allow-list; torch finds it here, given as `pickle_module`."""

    def find_class(self, module: str, name: str) -> Any:
        """What the pickle may call by that name; raises RefusedGlobal for anything else."""
        if (module, name) in ALLOWED:
            return ALLOWED[module, name]
        if module == "torch" and isinstance(vars(torch).get(name), torch.dtype):
            return vars(torch)[name]
        if any(module == known or module.startswith(known + ".") for known in NETWORKS):
            return type(name, (InertObject,), {"__module__": module})
        raise RefusedGlobal(f"{module}.{name}")


class Pickler(pickle._Pickler):
    """A Pickler that writes names of classes in WRITTEN without importing them."""

    # What typeshed leaves out of pickle._Pickler.
    write: Callable[[bytes], object]
    memoize: Callable[[object], None]

    def save_global(self, obj: Any, name: str | None = None) -> None:
        """Write the name of a class or function."""
        if isinstance(obj, type) and obj.__module__ in WRITTEN:
            self.write(pickle.GLOBAL + f"{obj.__module__}\n{obj.__name__}\n".encode())
            self.memoize(obj)
        else:
            super().save_global(obj, name)  # type: ignore[misc]  # typeshed leaves it out


def load(file: Any, **settings: Any) -> Any:
    """`pickle.load` with the Unpickler above."""
    return Unpickler(file, **settings).load()


def read_torch(path: Path) -> Raw:
    """The fields of a file of torch.save; raises CheckpointError naming it.

    A file that is one network, or one state_dict and no more, becomes the field `state_dict`.
    """
    fields = _load(path)
    if isinstance(fields, InertObject):
        fields = {"state_dict": fields}
    if not isinstance(fields, Mapping) or not all(isinstance(key, str) for key in fields):
        raise CheckpointError(path, f"it holds a {type(fields).__name__}, not a checkpoint")
    if fields and all(isinstance(value, Tensor) for value in fields.values()):
        fields = {"state_dict": fields}
    if isinstance(fields.get("model"), InertObject) and "state_dict" not in fields:
        fields = {**fields, "state_dict": fields["model"]}
    kept = {key: value for key, value in fields.items() if not isinstance(value, InertObject)}
    if isinstance(fields.get("state_dict"), InertObject):
        try:
            kept["state_dict"] = dict(_weights(fields["state_dict"]))
        except RecursionError:
            raise CheckpointError(path, "its network contains itself") from None
        network = fields["state_dict"]
        name = f"{type(network).__module__}.{type(network).__name__}"
        return Raw(path, kept, network=name, attributes=dict(_attributes(network)))
    return Raw(path, kept)


def _load(path: Path) -> Any:
    kind = _kind(path)
    if kind not in (ZIP, LEGACY):
        raise CheckpointError(path, "it is not a file of torch.save or safetensors")
    if kind == ZIP and _is_script(path):
        raise CheckpointError(
            path, "it is a TorchScript program, which is not run; save its state_dict"
        )
    try:
        try:
            return torch.load(path, map_location="cpu", weights_only=True)
        except pickle.UnpicklingError:
            with warnings.catch_warnings():
                # Warnings about saved source code, which is neither run nor compared.
                warnings.simplefilter("ignore")
                return torch.load(
                    path,
                    map_location="cpu",
                    weights_only=False,
                    pickle_module=sys.modules[__name__],
                )
    except RefusedGlobal as error:
        raise CheckpointError(
            path, f"not read: it would call {error.name}, which no checkpoint needs"
        ) from None
    except DAMAGED as error:
        reason = str(error).split("\n")[0].split(". ")[0] or type(error).__name__
        raise CheckpointError(path, f"damaged or truncated: {reason}") from None
    except OSError as error:
        # torch seeks to before the start of a truncated file.
        if error.errno != errno.EINVAL:
            raise
        raise CheckpointError(path, "damaged or truncated") from None


def _kind(path: Path) -> bytes:
    with open(path, "rb") as file:
        start = file.read(len(LEGACY))
    return next((magic for magic in (ZIP, LEGACY) if start.startswith(magic)), start)


def _is_script(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as zipped:
            return any(name.endswith("/constants.pkl") for name in zipped.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _weights(network: InertObject, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
    """A network's parameters and buffers by name, as in its state_dict."""
    temporary = network.state.get("_non_persistent_buffers_set") or ()
    for group in ("_parameters", "_buffers"):
        for name, value in (network.state.get(group) or {}).items():
            if isinstance(value, Tensor) and name not in temporary:
                yield f"{prefix}{name}", value
    for name, child in (network.state.get("_modules") or {}).items():
        if isinstance(child, InertObject):
            yield from _weights(child, f"{prefix}{name}.")


def _attributes(network: InertObject, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The sizes stored in a network and its parts, by name: numbers, and tuples of them."""
    for name, value in network.state.items():
        if isinstance(value, int | float | tuple):
            yield f"{prefix}{name}", value
    for name, child in (network.state.get("_modules") or {}).items():
        if isinstance(child, InertObject):
            yield from _attributes(child, f"{prefix}{name}.")
