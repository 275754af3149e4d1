"""Checkpoints to speak with: the one that a dataset has, and the model that one must hold."""

from pathlib import Path

import torch

from ..errors import CheckpointError
from .checkpoint import BEST, LAST, Checkpoint
from .models import MODELS


def best_in(folder: Path) -> Path | None:
    """The checkpoint of a run's folder to speak with: the best one, else the last, or none."""
    return next((folder / name for name in (BEST, LAST) if (folder / name).is_file()), None)


def waveglow_of(named: str, dataset: Path) -> Path | None:
    """The WaveGlow to sound with: the one that is named, or the dataset's; none for "no"."""
    if named:
        return None if named == "no" else Path(named)
    return best_in(dataset / "output" / "waveglow")


def load_trained(path: Path, model: str) -> Checkpoint:
    """The checkpoint in a file; raises CheckpointError where it is not of that model, or broken."""
    found = Checkpoint.load(path)
    if found.model != model:
        told = f"holds a {found.model}, where a {model} is wanted"
        raise CheckpointError(path, f"{told}: it {MODELS[found.model].does}")
    broken = [name for name, value in found.weights.items() if not torch.isfinite(value).all()]
    if broken:
        told = f"weights that are not finite numbers, {broken[0]} first: take an earlier one"
        raise CheckpointError(path, told)
    return found
