"""Files of torch.save: the zip of today's torch, and what it wrote before 1.6.

They are not read by torch.load, which takes the sizes in a pickle for true: it would ask for any
memory, and read behind the end of a record. Here every size is compared with the file first.
"""

import io
import pickle
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ....batch.summary import on_one_line
from ....errors import CheckpointError
from ..contents import Raw
from .pickle_names import InertObject, RefusedProgram, StorageKind
from .pickles import Unpickler, check_unfolded
from .storages import MemoryBudget, RefusedSize, Storage, whole

ZIP = b"PK\x03\x04"
# The magic number of torch.save before its files were zips, as pickle writes it.
LEGACY = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
# What a reader of a broken file may raise.
DAMAGED: tuple[type[Exception], ...] = (
    *(RuntimeError, EOFError, ValueError, TypeError, KeyError, AttributeError, IndexError),
    *(AssertionError, RecursionError, OverflowError, MemoryError, struct.error),
    *(pickle.UnpicklingError, zipfile.BadZipFile),
)
# The longest pickle and the longest directory of a zip: those of 3,000 tensors have 350 KB.
_LONGEST = 4 << 20
_BIG_ENDIAN = "it was written on a machine with another order of bytes"
_LONGEST_REASON = 300
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_COUNT = struct.Struct("<q")
# torch aligns what it writes; other places are not mapped.
_ALIGNED = 16


def load_torch(path: Path, mapped: bool = False) -> Any:
    """What a file of torch.save holds; raises CheckpointError naming it.

    Networks are InertObjects; no code in the file is run. The tensors of a zip are `mapped` from
    the file where that is asked for.
    """
    try:
        with BoundedFile(io.FileIO(path)) as file:
            start = file.read(len(LEGACY))
            if not start.startswith((ZIP, LEGACY)):
                raise CheckpointError(path, "it is not a file of torch.save or safetensors")
            budget = MemoryBudget(file.seek(0, io.SEEK_END))
            if start.startswith(ZIP):
                value = _load_zip(file, budget, path if mapped else None)
            else:
                value = _load_legacy(file, budget)
        check_unfolded(value)
        return value
    except RefusedProgram as error:
        raise CheckpointError(path, f"not read: {short_reason(error)}") from None
    except DAMAGED as error:
        raise CheckpointError(path, f"damaged or truncated: {short_reason(error)}") from None


def short_reason(error: Exception) -> str:
    """The text of an error that a file caused, on one line and not longer than a few."""
    return on_one_line(str(error)[:_LONGEST_REASON]) or type(error).__name__


class BoundedFile(io.BufferedReader):
    """A file of which no more is read at once than a pickle or a zip's directory needs."""

    def read(self, size: int | None = -1) -> bytes:
        """Some bytes; raises RefusedSize for too many."""
        if size is not None and size > _LONGEST:
            raise RefusedSize("its pickle or its directory is too long")
        return super().read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; raises RefusedSize for one before the start, as a broken zip names."""
        if whence == io.SEEK_SET and offset < 0:
            raise RefusedSize("an entry does not lie within the file")
        return super().seek(offset, whence)


def _load_zip(file: BoundedFile, budget: MemoryBudget, mapped: Path | None) -> Any:
    entries = _entries(file, budget)
    found = [name for name in entries if name.endswith("/data.pkl")]
    if len(found) != 1:
        raise RefusedProgram("it is a zip without the data.pkl of torch.save")
    pickled, folder = found[0], found[0].removesuffix("data.pkl")
    order = entries.get(f"{folder}byteorder")
    if order and _record(file, order, budget.size) != b"little":
        raise RefusedProgram(_BIG_ENDIAN)
    storages: dict[str, Storage] = {}

    def find(wanted: tuple[Any, ...]) -> Storage:
        dtype, key, count = _wanted(wanted)
        if key not in storages:
            entry, size = entries[f"{folder}data/{key}"], count * dtype.itemsize
            if entry.file_size != size:
                raise RefusedSize(f"a storage of {size} bytes has {entry.file_size} in the file")
            budget.take(size)
            data = _read(file, _place(file, entry, budget.size), size, mapped)
            storages[key] = Storage(budget, data, dtype, count)
        return storages[key].same(dtype, count)

    program = _record(file, entries[pickled], budget.size)
    return Unpickler(io.BytesIO(program), len(program), find).load()


def _entries(file: BoundedFile, budget: MemoryBudget) -> dict[str, zipfile.ZipInfo]:
    """The entries of a zip by name; raises RefusedProgram for what torch.save does not write."""
    with zipfile.ZipFile(file) as zipped:
        entries = zipped.infolist()
    if any(entry.filename.endswith("/constants.pkl") for entry in entries):
        raise RefusedProgram("it is a TorchScript program, which is not run; save its state_dict")
    if any(entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 for entry in entries):
        raise RefusedProgram("it is compressed or encrypted, which torch.save never does")
    if sum(max(entry.file_size, entry.compress_size) for entry in entries) > budget.size:
        raise RefusedSize("its entries are larger than the file")
    named = {entry.filename: entry for entry in entries}
    if len(named) != len(entries):
        raise RefusedProgram("two of its entries have one name")
    return named


def _record(file: BoundedFile, entry: zipfile.ZipInfo, size: int) -> bytes:
    file.seek(_place(file, entry, size))
    return file.read(entry.file_size)


def _place(file: BoundedFile, entry: zipfile.ZipInfo, size: int) -> int:
    """Where the bytes of an entry begin; raises RefusedSize where they end after the file."""
    if 0 <= entry.header_offset <= size - _LOCAL_HEADER.size:
        file.seek(entry.header_offset)
        magic, name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        place: int = entry.header_offset + _LOCAL_HEADER.size + name + extra
        if magic == ZIP and place + entry.file_size <= size:
            return place
    raise RefusedSize("an entry does not lie within the file")


def _load_legacy(file: BoundedFile, budget: MemoryBudget) -> Any:
    file.seek(0)
    programs = file.read(min(budget.size, _LONGEST))
    stream = io.BytesIO(programs)
    storages: dict[str, Storage] = {}

    def load(find: Callable[[tuple[Any, ...]], Any] | None = None) -> Any:
        return Unpickler(stream, len(programs), find).load()

    def find(wanted: tuple[Any, ...]) -> Any:
        if wanted[:1] == ("module",) and len(wanted) == 4:
            # A network's class, with its source.
            return wanted[1]
        dtype, key, count = _wanted(wanted[:5])
        if key not in storages:
            budget.take(count * dtype.itemsize)
            data = torch.UntypedStorage(count * dtype.itemsize)
            storages[key] = Storage(budget, data, dtype, count)
        storage = storages[key].same(dtype, count)
        view = wanted[5] if len(wanted) == 6 else None
        if view is None:
            return storage
        _, offset, length = view
        return storage.part(offset, length)

    _magic, _version, system = load(), load(), load()
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise RefusedProgram(_BIG_ENDIAN)
    value, keys = load(find), load()
    file.seek(stream.tell())
    _fill(file, storages, keys)
    return value


def _fill(file: BoundedFile, storages: Mapping[str, Storage], keys: Any) -> None:
    """Read the storages, which follow each other, each after its number of elements."""
    if sorted(keys) != sorted(storages):
        raise RefusedSize("it holds other storages than its pickle uses")
    for key in keys:
        (count,) = _COUNT.unpack(file.read(_COUNT.size))
        if count != storages[key].count:
            raise RefusedSize(f"a storage of {storages[key].count} has {count} in the file")
        _read_into(file, storages[key].data)


def _wanted(wanted: tuple[Any, ...]) -> tuple[torch.dtype, str, int]:
    """The dtype, the key and the number of elements of the storage that a pickle asks for."""
    if len(wanted) == 5:
        what, kind, key, _location, count = wanted
        named = what == "storage" and isinstance(kind, StorageKind) and type(key) is str
        if named and whole(count):
            return kind.dtype, key, count
    raise RefusedProgram("it asks for something other than a storage")


def _read(file: BoundedFile, place: int, size: int, mapped: Path | None) -> torch.UntypedStorage:
    if mapped and size and place % _ALIGNED == 0:
        # Written to in memory only, if at all.
        bytes_of_file = np.memmap(mapped, np.uint8, "c", place, (size,))
        return torch.from_numpy(bytes_of_file).untyped_storage()
    file.seek(place)
    data = torch.UntypedStorage(size)
    _read_into(file, data)
    return data


def _read_into(file: BoundedFile, data: torch.UntypedStorage) -> None:
    filled = torch.empty(0, dtype=torch.uint8).set_(data)
    if file.readinto(filled.numpy().data) != len(filled):
        raise EOFError("it ends within a tensor")


def read_torch(path: Path) -> Raw:
    """The fields of a file of torch.save; raises CheckpointError naming it.

    A file that is one network, or one state_dict and no more, becomes the field `state_dict`.
    """
    fields = load_torch(path)
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
        network = fields["state_dict"]
        kept["state_dict"] = dict(_weights(network))
        return Raw(path, kept, network=network.kind, attributes=dict(_attributes(network)))
    return Raw(path, kept)


def _weights(network: InertObject, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
    """A network's parameters and buffers by name, as in its state_dict."""
    temporary = _named(network, "_non_persistent_buffers_set")
    for group in ("_parameters", "_buffers"):
        for name, value in _named(network, group).items():
            if isinstance(value, Tensor) and name not in temporary:
                yield f"{prefix}{name}", value
    for name, child in _named(network, "_modules").items():
        if isinstance(child, InertObject):
            yield from _weights(child, f"{prefix}{name}.")


def _attributes(network: InertObject, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The sizes stored in a network and its parts, by name: numbers, and tuples of them."""
    for name, value in network.state.items():
        numbers = value if isinstance(value, tuple) else (value,)
        if numbers and all(isinstance(number, int | float) for number in numbers):
            yield f"{prefix}{name}", value
    for name, child in _named(network, "_modules").items():
        if isinstance(child, InertObject):
            yield from _attributes(child, f"{prefix}{name}.")


def _named(network: InertObject, group: str) -> Mapping[str, Any]:
    """What a network holds by name in one of its groups."""
    held = network.state.get(group)
    if isinstance(held, list):
        return dict.fromkeys(name for name in held if isinstance(name, str))
    return held if isinstance(held, dict) else {}
