"""The contents of a checkpoint, in whichever container it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from torch import Tensor

from ..frontend import FrontendConfig

SELF_DESCRIBING = ("voiceprep", "safetensors")
"""The containers that state the settings of the model, the cleaner, the symbols and the mels."""


@dataclass(frozen=True, eq=False)
class Contents:
    """Weights, and all that rebuilds the model and its text front end.

    `model` is its name in MODELS, `config` all its settings, `weights` its state_dict under the
    original's names, on the CPU, floats in float32. `training` is the state that continues a run,
    None in a file for inference only: `optimizer` (a state_dict of Adam whose parameters are
    numbered in the order of `weights`, buffers left out), `learning_rate`, `epoch`, `scaler` and
    further state of the loop. `origin` is the container's name in FORMATS, `notes` what reading
    it left out or assumed, a sentence each. `average` is a running average of the weights, used
    for inference; None where there is none. `path` is the file that it was read from.
    """

    model: str
    config: dict[str, Any]
    frontend: FrontendConfig
    weights: dict[str, Tensor] = field(repr=False)
    step: int = 0
    training: dict[str, Any] | None = field(default=None, repr=False)
    origin: str = "voiceprep"
    notes: tuple[str, ...] = ()
    average: dict[str, Tensor] | None = field(default=None, repr=False)
    path: Path | None = None


@dataclass(frozen=True, eq=False)
class Raw:
    """A file as it was read, before it is interpreted: its fields and its metadata.

    For a pickled network `network` is the class, as in `glow.WaveGlow`, and `attributes` the
    sizes that it and its parts store besides their weights: `upsample.stride`.
    """

    path: Path
    fields: Mapping[str, Any]
    metadata: Mapping[str, str] = field(default_factory=dict)
    network: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Format:
    """A container of checkpoints.

    `holds` recognises a file by its keys, `read` interprets it (raises CheckpointError), `write`
    writes one and returns what was left out, a sentence each; None if it is only read.
    """

    title: str
    holds: Callable[[Raw], bool]
    read: Callable[[Raw], Contents]
    write: Callable[[Contents, BinaryIO], tuple[str, ...]] | None = None
