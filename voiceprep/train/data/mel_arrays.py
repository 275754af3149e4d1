"""Arrays in the files of NumPy and torch that mels are kept in.

The sizes that a file states are compared with the file before memory is taken.
"""

import io
import math
import tokenize
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...errors import CheckpointError, Unreadable, Unusable
from ..checkpoints.formats.torch_files import DAMAGED, BoundedFile, load_torch, short_reason

# The most of an .npz's array, which may be compressed: two and a half hours of speech.
_LARGEST = 256 << 20
# A header of numpy's is refused by numpy itself beyond 10,000 characters.
_LONGEST_HEADER = 1 << 16
# What the parsers of numpy's header and of zips raise: the header is read as Python.
_BROKEN: tuple[type[Exception], ...] = (*DAMAGED, SyntaxError, tokenize.TokenError, zlib.error)


def open_npy(path: Path) -> np.ndarray:
    """The array of a .npy file, memory-mapped; raises Unreadable or OSError."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, io.SEEK_END)
        if not size:
            raise EOFError("it is empty")
        return _parse(np.memmap(path, np.uint8, "r"))
    except _BROKEN as error:
        raise Unreadable(f"no mel in NumPy's format, or cut off: {short_reason(error)}") from None


def read_npz(path: Path, name: str) -> np.ndarray:
    """An array of an .npz file; raises Unreadable or OSError."""
    try:
        with BoundedFile(io.FileIO(path)) as file, zipfile.ZipFile(file) as zipped:
            entry = zipped.getinfo(f"{name}.npy")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError("it is compressed in a way that numpy does not use")
            if entry.file_size > _LARGEST:
                raise ValueError(f"its array is larger than {_LARGEST >> 20} MiB")
            return _parse(np.frombuffer(zipped.read(entry), np.uint8))
    except _BROKEN as error:
        raise Unreadable(f"not an npz with a {name}, or truncated: {short_reason(error)}") from None


def open_pt(path: Path) -> np.ndarray:
    """The array of a tensor saved by torch, float32; raises Unreadable, Unusable or OSError."""
    try:
        tensor = load_torch(path, mapped=True)
    except CheckpointError as error:
        raise Unreadable(f"no tensor saved by torch, or cut off: {error.why}") from None
    if not isinstance(tensor, torch.Tensor):
        raise Unusable(f"its file holds a {type(tensor).__name__}, not a tensor")
    if not tensor.is_floating_point():
        raise Unusable(f"its tensor holds {tensor.dtype}, not floats")
    return tensor.float().numpy()


def _parse(data: np.ndarray) -> np.ndarray:
    """The array in the bytes of a .npy file, a view of them."""
    stream = io.BytesIO(data[:_LONGEST_HEADER].tobytes())
    readers: dict[tuple[int, int], Any] = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    version = np.lib.format.read_magic(stream)
    with warnings.catch_warnings():
        # Python's parser warns of what is odd in a header.
        warnings.simplefilter("ignore")
        shape, by_columns, dtype = readers[version](stream)
    if dtype.hasobject or not dtype.itemsize or any(length < 0 for length in shape):
        raise ValueError(f"it holds {dtype} of the shape {shape}")
    count = math.prod(shape)
    if count * dtype.itemsize > len(data) - stream.tell():
        raise EOFError(f"its shape {shape} is larger than the file")
    if not count:
        return np.empty(shape, dtype)
    array = np.frombuffer(data, dtype, count, stream.tell())
    return array.reshape(shape, order="F" if by_columns else "C")
