"""Checkpoints of NVIDIA/tacotron2 and NVIDIA/waveglow, both without a suffix.

    tacotron2, `checkpoint_{iteration}`:  {iteration, state_dict, optimizer, learning_rate}
    waveglow, `waveglow_{iteration}`:     {iteration, model, optimizer, learning_rate}

`model` is a pickled network: read_torch converts it to its state_dict.
"""

from collections.abc import Mapping
from typing import Any, BinaryIO

import torch
from torch import Tensor

from ....errors import CheckpointError
from ..contents import Contents, Raw
from ..layout import find_layout, parameters, plain_name, recognize
from . import pickles
from .adam import carried_adam, fresh_adam, import_adam

LEARNING_RATE = 1e-3


def holds(raw: Raw) -> bool:
    """Whether the keys are this container's."""
    return {"state_dict", "iteration"} <= set(raw.fields)


def read(raw: Raw) -> Contents:
    """The checkpoint; raises CheckpointError for weights that are no known model's."""
    contents = recognize(raw, "nvidia", raw.attributes, step=number_in(raw, "iteration"))
    training, notes = saved_training(raw, contents)
    if isinstance(raw.fields.get("learning_rate"), float) and training:
        training["learning_rate"] = float(raw.fields["learning_rate"])
    notes = (*contents.notes, *notes)
    return Contents(**{**vars(contents), "training": training, "notes": notes})


def write(contents: Contents, file: BinaryIO) -> tuple[str, ...]:
    """Write a checkpoint that NVIDIA's train.py resumes from; returns what was left out."""
    layout = find_layout(contents.model)
    weights = layout.join(contents.weights)
    optimizer, notes = optimizer_to_write(contents, weights)
    fields = {
        "iteration": contents.step,
        "optimizer": optimizer,
        "learning_rate": optimizer["param_groups"][0]["lr"],
    }
    if layout.network:
        fields["model"] = layout.network(contents, weights)
    else:
        fields["state_dict"] = weights
    epoch = (contents.training or {}).get("epoch", -1)
    if epoch >= 0:
        notes += (f"it counts steps: the epoch, {epoch}, was left out",)
    torch.save(fields, file, pickle_module=pickles)
    return (*notes, *layout.left_out(contents, ()))


def number_in(raw: Raw, name: str, least: int = 0) -> int:
    """A counter in a field; raises CheckpointError where it is not a count."""
    value = raw.fields[name]
    # A numpy integer in some scripts.
    if not hasattr(value, "__index__") or int(value) < least:
        raise CheckpointError(raw.path, f"its {name} is {value!r}, not a number of steps")
    return int(value)


def saved_training(raw: Raw, contents: Contents) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """What resumes the run: the optimiser, where it can be converted, and its learning rate."""
    layout, ours = find_layout(contents.model), parameters(contents.weights)
    order = parameters(map(plain_name, raw.fields["state_dict"]))
    weights = contents.weights if order == ours else layout.join(contents.weights)
    optimizer, why = import_adam(raw.fields.get("optimizer"), weights, order, parameters(weights))
    if optimizer and order != ours:
        optimizer = carried_adam(optimizer, order, layout.part, ours)
        why = "its optimiser was left out: it does not cover all parameters"
    if optimizer is None:
        return None, (why,)
    rate = float(optimizer["param_groups"][0].get("lr", LEARNING_RATE))
    return {"optimizer": optimizer, "learning_rate": rate}, ()


def optimizer_to_write(
    contents: Contents, weights: Mapping[str, Tensor]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The optimiser to write into a container, a new one where there is none.

    `weights` are those of the contents in the container's layout.
    """
    ours, theirs = parameters(contents.weights), parameters(weights)
    training = contents.training or {}
    saved = training.get("optimizer")
    if saved and sum(len(group["params"]) for group in saved["param_groups"]) == len(ours):
        join = find_layout(contents.model).join
        carried = saved if theirs == ours else carried_adam(saved, ours, join, theirs)
        if carried:
            return carried, ()
    rate = training.get("learning_rate", LEARNING_RATE)
    return fresh_adam(len(theirs), rate), (f"its optimiser is new, with learning rate {rate:g}",)
