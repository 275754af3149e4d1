"""The layouts in which NVIDIA's systems save weights, and the recognition of a model by them.

The containers differ; their contents follow one of a few layouts, with the prefixes of whatever
wrapped the model when it was saved. Each model's layout is in its folder.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...config import build
from ...errors import CheckpointError, SettingError, UserError
from ..frontend import FrontendConfig
from ..registry import find_model, models_with
from .contents import Contents, Raw
from .stated import network_shapes

BUFFERS = ("running_mean", "running_var", "num_batches_tracked")

# Those of DistributedDataParallel, of a list that holds the model, and of torch.compile.
_PREFIXES = re.compile(r"^(?:module\.1\.|module\.|_orig_mod\.)+")
# The magnitude and direction of a weight, as torch's newer weight norm names them.
_NORMED = re.compile(r"\.parametrizations\.weight\.original([01])$")
_MAGNITUDE_AND_DIRECTION = (".weight_g", ".weight_v")
_SHOWN = 3

Weights = dict[str, Tensor]


@dataclass(frozen=True)
class RecognizedModel:
    """A model recognised by its weights: its settings, front end and weights, and notes.

    `weights` have the names of our model.
    """

    config: Any
    frontend: FrontendConfig
    weights: Weights
    notes: tuple[str, ...] = ()


def _unchanged(weights: Mapping[str, Tensor]) -> Weights:
    return dict(weights)


@dataclass(frozen=True)
class Layout:
    """How NVIDIA's systems save a model.

    `holds` recognises the model's weights by their names; `read` interprets plain weights with
    the sizes that the container states (raises CheckpointError); `left_out` lists what no
    container has a place for, given the settings that this one states. `names` maps the sizes in
    DeepLearningExamples' `config` to our settings, `others` holds its other entries with the
    original's defaults, and `speaking` those of them for inference, with our settings.
    `join` converts our weights to the layout of NVIDIA's own repository and `part` converts them
    back; `network` makes the network that is pickled there, None if bare weights are saved.
    """

    holds: Callable[[Collection[str]], bool]
    read: Callable[[Mapping[str, Tensor], Raw, Mapping[str, Any]], RecognizedModel]
    left_out: Callable[[Contents, Collection[str]], tuple[str, ...]]
    names: Mapping[str, str]
    others: Mapping[str, Any]
    speaking: Mapping[str, str]
    join: Callable[[Mapping[str, Tensor]], Weights] = _unchanged
    part: Callable[[Mapping[str, Tensor]], Weights] = _unchanged
    network: Callable[[Contents, Weights], nn.Module] | None = None


def find_layout(model: str) -> Layout:
    """The layout of a model; raises UserError for one that NVIDIA's systems do not have."""
    spec = find_model(model)
    if not spec.layout:
        raise UserError(
            f"NVIDIA's containers cannot hold {model}: convert it --to voiceprep or safetensors"
        )
    layout: Layout = spec.load("layout")
    return layout


def recognize(
    raw: Raw, origin: str, sizes: Mapping[str, Any] | None = None, **more: Any
) -> Contents:
    """The contents of a container that states little about its model, and no front end.

    The model is recognised by the names of its weights, its sizes by their shapes; `sizes` are
    those that the container states. `more` are further fields of Contents. Raises CheckpointError
    for weights of no known model.
    """
    weights, notes = plain_weights(raw)
    layouts = ((name, find_layout(name)) for name in models_with("layout"))
    match = next(((name, layout) for name, layout in layouts if layout.holds(weights)), None)
    if match is None:
        first = next(iter(weights), None)
        unknown = f"its weights are of no known model; the first of them is {first}"
        raise CheckpointError(raw.path, unknown if first else "it has no weights")
    model, layout = match
    recognized = layout.read(weights, raw, sizes or {})
    weights = in_our_order(recognized, model, raw.path)
    notes += recognized.notes
    return Contents(
        model,
        asdict(recognized.config),
        recognized.frontend,
        weights,
        origin=origin,
        notes=notes,
        **more,
    )


def plain_weights(raw: Raw) -> tuple[Weights, tuple[str, ...]]:
    """The field `state_dict` under plain names, in float32, and notes on it.

    Counters of batch norm, which files from before torch 0.4.1 lack, are added as zero.
    """
    saved = raw.fields.get("state_dict")
    if not isinstance(saved, Mapping) or not all(
        isinstance(key, str) and key.isprintable() and isinstance(value, Tensor)
        for key, value in saved.items()
    ):
        raise CheckpointError(raw.path, "its state_dict is not a mapping of names to tensors")
    weights, dtypes = {}, set()
    for key, value in saved.items():
        name = plain_name(key)
        if value.is_floating_point() and value.dtype != torch.float32:
            dtype = str(value.dtype).removeprefix("torch.")
            dtypes.add(dtype)
            try:
                value = value.float()
            except NotImplementedError:
                # Packed numbers, two to a byte.
                raise CheckpointError(raw.path, f"{key} is {dtype}, which is not read") from None
        weights[name] = value
        counter = name.replace("running_var", "num_batches_tracked")
        if counter != name and key.replace("running_var", "num_batches_tracked") not in saved:
            weights[counter] = torch.zeros((), dtype=torch.int64)
    notes = (f"its weights were {', '.join(sorted(dtypes))}",) if dtypes else ()
    return weights, notes + _nonfinite(weights)


def plain_name(key: str) -> str:
    """A weight's name without prefixes of wrappers, with weight norm as NVIDIA names it."""
    name = _PREFIXES.sub("", key)
    return _NORMED.sub(lambda match: _MAGNITUDE_AND_DIRECTION[int(match[1])], name)


def _nonfinite(weights: Mapping[str, Tensor]) -> tuple[str, ...]:
    """A note on weights that are not finite, if there are any."""
    nonfinite = [name for name, value in weights.items() if not torch.isfinite(value).all()]
    if not nonfinite:
        return ()
    more = f" and {len(nonfinite) - _SHOWN} more" if len(nonfinite) > _SHOWN else ""
    names = ", ".join(nonfinite[:_SHOWN]) + more
    return (f"not all numbers in {names} are finite: it cannot speak",)


def shape_of(
    weights: Mapping[str, Tensor], name: str, count: int, path: Path, model: str
) -> tuple[int, ...]:
    """The shape of a weight; raises CheckpointError if it is missing or has other axes."""
    if name not in weights:
        raise CheckpointError(path, f"its weights are not {model}'s: {name} is missing")
    if weights[name].ndim != count:
        raise CheckpointError(path, f"{name} has the shape {tuple(weights[name].shape)}")
    return tuple(weights[name].shape)


def build_settings(kind: type, values: Mapping[str, Any], section: str, path: Path) -> Any:
    """The settings of a section; raises CheckpointError for invalid sizes."""
    try:
        return build(kind, values, section)
    except SettingError as error:
        raise CheckpointError(path, str(error)) from None


def in_our_order(recognized: RecognizedModel, model: str, path: Path) -> Weights:
    """The weights in our model's order, those that it does not have last.

    Raises CheckpointError for sizes that a few weights have and the others cannot have.
    """
    weights = recognized.weights
    try:
        names = network_shapes(model, recognized.config, weights)
    except SettingError as error:
        raise CheckpointError(path, str(error)) from None
    known = {name: weights[name] for name in names if name in weights}
    return known | {name: value for name, value in weights.items() if name not in known}


def parameters(names: Iterable[str]) -> list[str]:
    """The names of trainable weights, in order: all but the buffers."""
    return [name for name in names if not name.endswith(BUFFERS)]
