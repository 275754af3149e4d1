"""Weights in a safetensors file, with what rebuilds the model as JSON in its metadata."""

import io
import json
from pathlib import Path
from typing import BinaryIO

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ....errors import CheckpointError, VoiceprepError
from ...frontend import FrontendConfig
from ..contents import Contents, Raw
from .pickle_names import STORAGES
from .torch_files import DAMAGED, short_reason

KEY = "voiceprep"
DTYPES = frozenset(STORAGES.values())
_BROKEN: tuple[type[Exception], ...] = (SafetensorError, *DAMAGED)
# That of 3,000 tensors has 300 KB.
_LONGEST_HEADER = 8 << 20
# The header's length as eight bytes, then the header, a JSON object.
_HEADER_START = slice(8, 9)


def is_safetensors(path: Path) -> bool:
    """Whether the file begins as one."""
    with open(path, "rb") as file:
        return file.read(9)[_HEADER_START] == b"{"


def _check_header(path: Path) -> None:
    """Raise ValueError for a header that is longer than that of any checkpoint, or the file."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        rest = file.seek(0, io.SEEK_END) - 8
    if length > min(rest, _LONGEST_HEADER):
        raise ValueError(f"its header would have {length} bytes")


def read_safetensors(path: Path) -> Raw:
    """The tensors as the field `state_dict`, and the metadata; raises CheckpointError."""
    try:
        _check_header(path)
        with safe_open(path, "pt", device="cpu") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            odd = next((value for value in tensors.values() if value.dtype not in DTYPES), None)
            if odd is not None:
                raise ValueError(f"it has tensors of {odd.dtype}")
            return Raw(path, {"state_dict": tensors}, file.metadata() or {})
    except _BROKEN as error:
        raise CheckpointError(path, f"damaged or truncated: {short_reason(error)}") from None


def holds(raw: Raw) -> bool:
    """Whether its metadata is ours; other files are read as bare weights."""
    return KEY in raw.metadata


def read(raw: Raw) -> Contents:
    """The checkpoint, for inference or a warm start; raises CheckpointError."""
    try:
        header = json.loads(raw.metadata[KEY])
        voice = FrontendConfig.from_plain(header["voice"])
        # safetensors stores tensors in an order of its own.
        weights = {name: raw.fields["state_dict"][name] for name in header["order"]}
        return Contents(
            header["model"],
            header["config"],
            voice,
            weights,
            header["step"],
            origin="safetensors",
        )
    except (ValueError, KeyError, TypeError, RecursionError, VoiceprepError) as error:
        raise CheckpointError(raw.path, f"its metadata cannot be read: {error}") from None


def write(contents: Contents, file: BinaryIO) -> tuple[str, ...]:
    """Write a file for inference or a warm start; returns what was left out."""
    header = {
        "model": contents.model,
        "config": contents.config,
        "voice": contents.frontend.to_plain(),
        "step": contents.step,
        "order": list(contents.weights),
    }
    weights = contents.weights if contents.average is None else contents.average
    tensors = {name: value.contiguous().clone() for name, value in weights.items()}
    note = "the optimiser was left out: training cannot be resumed from this file"
    left_out = (note,) if contents.training else ()
    file.write(save(tensors, {KEY: json.dumps(header, ensure_ascii=False)}))
    return left_out
