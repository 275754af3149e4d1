"""Our own container: a plain mapping that torch.load reads with weights_only=True."""

import sys
from collections.abc import Mapping
from typing import Any, BinaryIO

import torch
from torch import Tensor

from ....errors import CheckpointError, VoiceprepError
from ...frontend import FrontendConfig
from ..contents import Contents, Raw

# The version of the container, and the key that identifies it.
KEY, VERSION = "voiceprep", 1


def holds(raw: Raw) -> bool:
    """Whether the file is ours."""
    return KEY in raw.fields


def read(raw: Raw) -> Contents:
    """The checkpoint; raises CheckpointError for a later version or missing fields."""
    fields = raw.fields
    if fields[KEY] != VERSION:
        raise CheckpointError(
            raw.path, f"written by a later voiceprep, as version {fields[KEY]}; upgrade to read it"
        )
    try:
        weights = dict(fields["weights"])
        if not all(isinstance(value, Tensor) for value in weights.values()):
            raise TypeError("not all of its weights are tensors")
        voice = FrontendConfig.from_plain(fields["voice"])
        step, training = int(fields["step"]), fields["training"]
        average = fields.get("average")
        return Contents(
            fields["model"],
            dict(fields["config"]),
            voice,
            weights,
            step,
            training,
            average=average and dict(average),
        )
    except (KeyError, TypeError, ValueError, OverflowError, VoiceprepError) as error:
        raise CheckpointError(raw.path, f"cannot be read: {error}") from None


def plain(contents: Contents) -> dict[str, object]:
    """The contents as the mapping that is saved."""
    average = {} if contents.average is None else {"average": contents.average}
    return {
        KEY: VERSION,
        "model": contents.model,
        "config": contents.config,
        "voice": contents.frontend.to_plain(),
        "weights": contents.weights,
        "step": contents.step,
        "training": contents.training,
        **average,
    }


def write(contents: Contents, file: BinaryIO) -> tuple[str, ...]:
    """Write everything; nothing is left out."""
    torch.save(_unshared(plain(contents)), file)
    return ()


def _unshared(value: Any) -> Any:
    """The value, so that its pickle depends on values alone.

    A pickle writes an object that occurs twice once, so equal runs differ in their bytes by what
    they share: every text is one object here, and every container its own.
    """
    if isinstance(value, str):
        return sys.intern(value)
    if isinstance(value, Mapping):
        return {_unshared(key): _unshared(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_unshared, value))
    return value
