"""Checks what a file states about its model, before anything is built from it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import NoneType
from typing import Any

import torch
from torch import Size, Tensor, nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from ...config import build
from ...errors import CheckpointError, SettingError, VoiceprepError
from ..registry import MODELS, find_model
from .contents import Contents

_MOST_STEPS = 1 << 62
# A setting up to this is plain; a larger one must be the length of an axis of some weight.
_LARGEST_SETTING = 1 << 16
# A network may have this many times the tensors and numbers of the weights, and some more: layers
# register weights that they replace, and a file may lack some.
_MANY, _MORE_TENSORS, _MORE_NUMBERS = 3, 100, 1 << 20
_TRAINING_KINDS: dict[str, Any] = {
    "optimizer": dict,
    "scaler": dict,
    "learning_rate": (int, float),
    "epoch": int,
    "place": int,
    "skipped": int,
    "best": (int, float, NoneType),
    "evaluation_due": bool,
    "start": list,
    "counted": list,
    "batching": list,
    "total_steps": int,
}


def check_contents(contents: Contents, path: Path) -> None:
    """Raise CheckpointError where the contents of our own file are of the wrong kind or size."""
    try:
        _check_kinds(contents)
        if contents.model not in MODELS:
            return  # of another version: it is shown, and `build` says that it is not known
        config = build(find_model(contents.model).load("config"), contents.config, contents.model)
        _check_shapes(contents, network_shapes(contents.model, config, contents.weights))
        _check_frontend(contents, config)
    except VoiceprepError as error:
        raise CheckpointError(path, f"cannot be read: {error}") from None


def network_shapes(model: str, config: Any, weights: Mapping[str, Tensor]) -> Mapping[str, Size]:
    """The shapes of the network's weights, in order, without memory for them.

    Raises SettingError for settings of a network that is much larger than these weights.
    """
    longest = max((length for value in weights.values() for length in value.shape), default=0)
    largest = max(_LARGEST_SETTING, longest, len(weights))
    for name, value in vars(config).items():
        if isinstance(value, int) and value > largest:
            raise SettingError(f"{name} = {value}: no weight is that large", name)
    numbers = sum(value.numel() for value in weights.values())
    room = (_MANY * len(weights) + _MORE_TENSORS, _MANY * numbers + _MORE_NUMBERS)
    return _network_shapes(model, config, *room)


@lru_cache(maxsize=8)
def _network_shapes(model: str, config: Any, tensors: int, numbers: int) -> Mapping[str, Size]:
    with torch.device("meta"), _limited(tensors, numbers):
        try:
            network = find_model(model).load("network")(config)
        except (RuntimeError, OverflowError, TypeError, ValueError) as error:
            raise SettingError(f"no {model} has these sizes: {error}") from None
    return {name: value.shape for name, value in network.state_dict().items()}


@contextmanager
def _limited(tensors: int, numbers: int) -> Iterator[None]:
    """Raise SettingError for a network on the meta device of more tensors or numbers."""
    left = [tensors, numbers]

    def count(_module: nn.Module, _name: str, parameter: Any) -> None:
        if parameter is not None and parameter.is_meta:
            left[0] -= 1
            left[1] -= parameter.numel()
        if min(left) < 0:
            raise SettingError("its settings are of a network much larger than its weights")

    handle = register_module_parameter_registration_hook(count)
    try:
        yield
    finally:
        handle.remove()


def _check_kinds(contents: Contents) -> None:
    training = {} if contents.training is None else contents.training
    wrong = [
        not (isinstance(contents.model, str) and contents.model.isidentifier()),
        not _by_name(contents.config, object),
        not _by_name(contents.weights, Tensor),
        contents.average is not None and not _by_name(contents.average, Tensor),
        type(contents.step) is not int or not 0 <= contents.step < _MOST_STEPS,
        not _by_name(training, object),
    ]
    names = ("model", "config", "weights", "average", "step", "training")
    for name in (name for name, is_wrong in zip(names, wrong, strict=True) if is_wrong):
        raise SettingError(f"its {name} is not what it should be", name)
    for name, kind in _TRAINING_KINDS.items():
        if name in training and not isinstance(training[name], kind):
            raise SettingError(f"its training state has an odd {name}", name)
    for name in ("start", "counted"):
        if [type(number) for number in training.get(name, (0, 0))] != [int, int]:
            raise SettingError(f"its training state has an odd {name}", name)


def _by_name(values: Any, kind: Any) -> bool:
    return isinstance(values, Mapping) and all(
        isinstance(name, str) and name.isprintable() and isinstance(value, kind)
        for name, value in values.items()
    )


def _check_shapes(contents: Contents, shapes: Mapping[str, Size]) -> None:
    for weights in (contents.weights, contents.average or {}):
        for name in shapes.keys() & weights.keys():
            if weights[name].shape != shapes[name]:
                found, expected = tuple(weights[name].shape), tuple(shapes[name])
                raise SettingError(f"{name} is {found}, by its settings it would be {expected}")


def _check_frontend(contents: Contents, config: Any) -> None:
    frontend = contents.frontend
    if len(frontend.symbols) > getattr(config, "symbols", len(frontend.symbols)):
        raise SettingError(f"it has {len(frontend.symbols)} symbols, its model {config.symbols}")
    channels = getattr(config, "mel_channels", frontend.mel.mel_channels)
    if channels != frontend.mel.mel_channels:
        stated = frontend.mel.mel_channels
        raise SettingError(f"its mels have {stated} channels, those of its model {channels}")
