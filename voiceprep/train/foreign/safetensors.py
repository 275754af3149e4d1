"""Weights in a safetensors file, with all that rebuilds the model as JSON in its metadata."""

import json
from pathlib import Path
from typing import BinaryIO

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ...errors import CheckpointError, VoiceprepError
from ..contents import Contents, Raw
from ..voice import Voice

KEY = "voiceprep"
# The header's length as eight bytes, then the header, a JSON object.
_HEADER_START = slice(8, 9)


def is_safetensors(path: Path) -> bool:
    """Whether the file begins as one."""
    with open(path, "rb") as file:
        return file.read(9)[_HEADER_START] == b"{"


def read_safetensors(path: Path) -> Raw:
    """The tensors as the field `state_dict`, and the metadata; raises CheckpointError."""
    try:
        with safe_open(path, "pt", device="cpu") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return Raw(path, {"state_dict": tensors}, file.metadata() or {})
    except (SafetensorError, ValueError) as error:
        raise CheckpointError(path, f"damaged or cut short: {error}") from None


def holds(raw: Raw) -> bool:
    """Whether its metadata is ours; others' files are read as bare weights."""
    return KEY in raw.metadata


def read(raw: Raw) -> Contents:
    """The checkpoint, for speaking or to start from; raises CheckpointError."""
    try:
        told = json.loads(raw.metadata[KEY])
        voice = Voice.from_plain(told["voice"])
        # A file of safetensors has its tensors in an order of its own.
        weights = {name: raw.fields["state_dict"][name] for name in told["order"]}
        return Contents(
            told["model"], told["config"], voice, weights, told["step"], origin="safetensors"
        )
    except (ValueError, KeyError, TypeError, VoiceprepError) as error:
        raise CheckpointError(raw.path, f"its metadata cannot be read: {error}") from None


def write(contents: Contents, file: BinaryIO) -> tuple[str, ...]:
    """Write a file for speaking or to start from; what was left out."""
    told = {
        "model": contents.model,
        "config": contents.config,
        "voice": contents.voice.to_plain(),
        "step": contents.step,
        "order": list(contents.weights),
    }
    tensors = {name: value.contiguous().clone() for name, value in contents.weights.items()}
    left = ("the optimiser was left out: it cannot be resumed",) if contents.training else ()
    file.write(save(tensors, {KEY: json.dumps(told, ensure_ascii=False)}))
    return left
