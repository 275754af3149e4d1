"""Vocoders (mels to sound), as the synthesizer uses them: Griffin-Lim, and trained ones.

Shapes: M mel channels, F mel frames.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from ...audio.mel import MelConfig
from ...errors import CheckpointError, SettingError
from ..checkpoints.find import load_trained
from ..device import Machine
from ..registry import find_model, models_with
from ..settings import VocoderConfig


class Vocoder(Protocol):
    """Turns mels with the settings `mel` into sound; its `notes` are printed once."""

    name: str
    mel: MelConfig
    notes: tuple[str, ...]

    def __call__(self, mel: np.ndarray, seed: int) -> np.ndarray:
        """The samples, float32 (F · hop_length,), of a log mel (M, F).

        The same seed gives the same noise. Raises Unusable if the mel or the sound is not finite.
        """
        ...


@dataclass(frozen=True)
class VocoderKey:
    """What the sound of a mel depends on besides the mel and the settings.

    Ledgers hold digests of it, so its fields must keep their names. waveglow: the content hash of
    the vocoder's checkpoint, of any model; empty for Griffin-Lim.
    """

    waveglow: str
    seed: int


def load_vocoder(path: Path, config: VocoderConfig, machine: Machine) -> Vocoder:
    """The vocoder of a checkpoint on a machine; raises CheckpointError if it holds none."""
    checkpoint = load_trained(path, models_with("vocoder"))
    network = checkpoint.build().to(machine.device)
    make = find_model(checkpoint.model).load("vocoder")
    try:
        vocoder: Vocoder = make(network, checkpoint.frontend.mel, config, machine.precision)
    except SettingError as error:
        raise CheckpointError(path, str(error)) from None
    return vocoder


class Chunk(NamedTuple):
    """The frames `begin` to `end` of a mel, and `first` to `last` with the context around them."""

    first: int
    begin: int
    end: int
    last: int


def chunks(frames: int, size: int, before: int, after: int, step: int = 1) -> Iterator[Chunk]:
    """Chunks of about `size` frames, with up to `before` and `after` frames of context.

    Every end but the last is a multiple of `step`.
    """
    count = max(1, -(-frames // max(size, 1)))
    length = -(-frames // (count * step)) * step
    before, after = (-(-context // step) * step for context in (before, after))
    for begin in range(0, frames, max(length, 1)):
        end = min(begin + length, frames)
        yield Chunk(max(begin - before, 0), begin, end, min(end + after, frames))
