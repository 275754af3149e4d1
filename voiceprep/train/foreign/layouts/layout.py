"""What the layouts of weights have in common, whichever model's they are."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ....config import build
from ....errors import CheckpointError, SettingError
from ...contents import Contents, Raw
from ...models import MODELS
from ...voice import Voice

BUFFERS = ("running_mean", "running_var", "num_batches_tracked")

# DistributedDataParallel's, that of a list with the model in it, and that of torch.compile.
_PREFIXES = re.compile(r"^(?:module\.1\.|module\.|_orig_mod\.)+")
# The length and the direction of a weight, as torch's newer weight norm keeps them.
_NORMED = re.compile(r"\.parametrizations\.weight\.original([01])$")
_LENGTH_AND_DIRECTION = (".weight_g", ".weight_v")
_SHOWN = 3

Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Known:
    """A model as its weights tell it: its settings, voice and weights, and what there is to tell.

    `weights` are under the names that our model gives them.
    """

    config: Any
    voice: Voice
    weights: Weights
    notes: tuple[str, ...] = ()


def _as_they_are(weights: Mapping[str, Tensor]) -> Weights:
    return dict(weights)


@dataclass(frozen=True)
class Layout:
    """How NVIDIA's systems save a model.

    `holds` tells by their names whether weights are the model's; `read` understands plain weights
    with what the container says of the sizes (raises CheckpointError); `left_out` tells what no
    container has a place for, but for the settings that the container tells. `names` are the
    sizes in DeepLearningExamples' `config`, each with our setting of that meaning, and `others`
    what else stands there, with the original's defaults; `speaking` of these is worth telling.
    `join` brings our weights to the layout of NVIDIA's own repository and `part` brings them
    back; `network` makes the network that is pickled there, None where bare weights are saved.
    """

    holds: Callable[[Collection[str]], bool]
    read: Callable[[Mapping[str, Tensor], Raw, Mapping[str, Any]], Known]
    left_out: Callable[[Contents, Collection[str]], tuple[str, ...]]
    names: Mapping[str, str]
    others: Mapping[str, Any]
    speaking: Mapping[str, str]
    join: Callable[[Mapping[str, Tensor]], Weights] = _as_they_are
    part: Callable[[Mapping[str, Tensor]], Weights] = _as_they_are
    network: Callable[[Contents, Weights], nn.Module] | None = None


def plain_weights(raw: Raw) -> tuple[Weights, tuple[str, ...]]:
    """The field `state_dict` under plain names, in float32, and what there is to tell.

    Counters of batch norm that files of before torch 0.4.1 lack are put in, as zero.
    """
    found = raw.fields.get("state_dict")
    if not isinstance(found, Mapping) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in found.items()
    ):
        raise CheckpointError(raw.path, "its state_dict is no mapping of names to tensors")
    weights, halves = {}, set()
    for key, value in found.items():
        name = plain_name(key)
        if value.is_floating_point() and value.dtype != torch.float32:
            halves.add(str(value.dtype).removeprefix("torch."))
            value = value.float()
        weights[name] = value
        counter = name.replace("running_var", "num_batches_tracked")
        if counter != name and key.replace("running_var", "num_batches_tracked") not in found:
            weights[counter] = torch.zeros((), dtype=torch.int64)
    notes = (f"its weights were {', '.join(sorted(halves))}",) if halves else ()
    return weights, notes + _odd(weights)


def plain_name(key: str) -> str:
    """A weight's name without what the model was wrapped in, weight norm as NVIDIA's has it."""
    name = _PREFIXES.sub("", key)
    return _NORMED.sub(lambda found: _LENGTH_AND_DIRECTION[int(found[1])], name)


def _odd(weights: Mapping[str, Tensor]) -> tuple[str, ...]:
    odd = [name for name, value in weights.items() if not torch.isfinite(value).all()]
    if not odd:
        return ()
    more = f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
    return (f"not all numbers in {', '.join(odd[:_SHOWN])}{more} are finite: it cannot speak",)


def shape_of(
    weights: Mapping[str, Tensor], name: str, count: int, path: Path, model: str
) -> tuple[int, ...]:
    """The shape of a weight; raises CheckpointError where it is missing or has other axes."""
    if name not in weights:
        raise CheckpointError(path, f"its weights are not {model}'s: {name} is missing")
    if weights[name].ndim != count:
        raise CheckpointError(path, f"{name} has the shape {tuple(weights[name].shape)}")
    return tuple(weights[name].shape)


def settled(config: type, told: Mapping[str, Any], model: str, path: Path) -> Any:
    """A model's settings; raises CheckpointError for sizes that cannot be."""
    try:
        return build(config, told, model)
    except SettingError as error:
        raise CheckpointError(path, str(error)) from None


def in_our_order(weights: Mapping[str, Tensor], model: str, config: Any) -> Weights:
    """The weights as our model orders them, those that it does not know last."""
    with torch.device("meta"):
        names = MODELS[model].network(config).state_dict()
    known = {name: weights[name] for name in names if name in weights}
    return known | {name: value for name, value in weights.items() if name not in known}


def parameters(names: Iterable[str]) -> list[str]:
    """The names of the weights that are trained, in order: all but the buffers."""
    return [name for name in names if not name.endswith(BUFFERS)]
