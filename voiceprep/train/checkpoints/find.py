"""Finds checkpoints to speak with, and loads them."""

import math
import re
from collections.abc import Collection
from pathlib import Path

import torch

from ...errors import CheckpointError
from ..registry import find_model, models_with
from .checkpoint import BEST, LAST, Checkpoint

_ORIGINAL = re.compile(r"checkpoint_(\w+)_(last|\d+)(?:\.pt)?")


def best_in(folder: Path) -> Path | None:
    """The checkpoint of a run's folder to speak with: the best, else the last, else None."""
    return next((folder / name for name in (BEST, LAST) if (folder / name).is_file()), None)


def newest_original(folder: Path, names: Collection[str]) -> Path | None:
    """The newest checkpoint of DeepLearningExamples in a folder; None if there is none.

    `names` are its names of the model: `checkpoint_Tacotron2_last.pt`, else the highest epoch's.
    """
    epochs = {}
    for path in folder.glob("checkpoint_*"):
        match = _ORIGINAL.fullmatch(path.name)
        if match and match[1] in names and path.is_file():
            epochs[math.inf if match[2] == "last" else int(match[2])] = path
    return epochs[max(epochs)] if epochs else None


def find_acoustic(dataset: Path) -> Path | None:
    """The dataset's acoustic model; of several the first in the order of MODELS."""
    return _find(dataset, models_with("acoustic"))


def find_vocoder(named: str, dataset: Path) -> Path | None:
    """The vocoder that is named, or the dataset's; None for "no", which means Griffin-Lim."""
    if named:
        return None if named == "no" else Path(named)
    return _find(dataset, models_with("vocoder"))


def load_trained(path: Path, models: Collection[str]) -> Checkpoint:
    """The checkpoint in a file; raises CheckpointError for another model or broken weights."""
    checkpoint = Checkpoint.load(path)
    if checkpoint.model not in models:
        expected = " or ".join(sorted(models))
        maps = find_model(checkpoint.model).maps
        raise CheckpointError(path, f"holds a {checkpoint.model} ({maps}), not a {expected}")
    broken = [name for name, value in checkpoint.weights.items() if not torch.isfinite(value).all()]
    if broken:
        why = f"{broken[0]} is the first of its weights that are not finite: take an earlier one"
        raise CheckpointError(path, why)
    return checkpoint


def _find(dataset: Path, models: Collection[str]) -> Path | None:
    paths = (best_in(dataset / "output" / model) for model in models)
    return next((path for path in paths if path), None)
