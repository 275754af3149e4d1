"""What a checkpoint holds, whichever container it lies in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from torch import Tensor

from .voice import Voice


@dataclass(frozen=True, eq=False)
class Contents:
    """Weights, and all that rebuilds the model and its text front end.

    `model` is its name in the table of models, `config` all its settings, `weights` its state_dict
    under the original's names, on the CPU, floats in float32. `training` is what continues a run
    and None in a file that is only for speaking: `optimizer` (a state_dict of Adam whose
    parameters are numbered in the order of `weights`, buffers left out), `learning_rate`,
    `epoch`, `scaler` and what else the loop keeps there. `origin` is the container's name in
    FORMATS, `notes` what reading it left out or took for granted, a sentence each.
    """

    model: str
    config: dict[str, Any]
    voice: Voice
    weights: dict[str, Tensor]
    step: int = 0
    training: dict[str, Any] | None = None
    origin: str = "voiceprep"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Raw:
    """A file as it was read, nothing in it understood yet: its fields, and its metadata.

    Of a pickled network `network` is the class, as in `glow.WaveGlow`, and `attributes` the
    sizes that it and its parts remember beside their weights: `upsample.stride`.
    """

    path: Path
    fields: Mapping[str, Any]
    metadata: Mapping[str, str] = field(default_factory=dict)
    network: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Format:
    """A container of checkpoints.

    `holds` tells whether a file is one by its keys, `read` understands it (raises
    CheckpointError), `write` writes one and gives what had to be left out, a sentence each; None
    where it is only read.
    """

    title: str
    holds: Callable[[Raw], bool]
    read: Callable[[Raw], Contents]
    write: Callable[[Contents, BinaryIO], tuple[str, ...]] | None = None
