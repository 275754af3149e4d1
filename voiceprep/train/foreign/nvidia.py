"""Checkpoints of NVIDIA/tacotron2: `checkpoint_{iteration}`, without a suffix.

{iteration, state_dict, optimizer, learning_rate}
"""

from collections.abc import Sequence
from typing import Any, BinaryIO

import torch

from ...errors import CheckpointError
from ..contents import Contents, Raw
from ..models.tacotron2 import Tacotron2Config
from ..voice import Voice
from .adam import fresh_adam, import_adam
from .layout import own_order, parameters, tacotron2_contents

LEARNING_RATE = 1e-3
DROPOUTS = ("attention_dropout", "decoder_dropout")
UNTOLD = tuple(f"{name}_dropout" for name in ("encoder", "prenet", "postnet"))


def holds(raw: Raw) -> bool:
    """Whether the keys are this container's."""
    return {"state_dict", "iteration"} <= set(raw.fields)


def read(raw: Raw) -> Contents:
    """The checkpoint; raises CheckpointError for weights that are not Tacotron 2's."""
    contents = tacotron2_contents(raw, "nvidia", step=number_in(raw, "iteration"))
    training, notes = saved_training(raw, contents)
    if isinstance(raw.fields.get("learning_rate"), float) and training:
        training["learning_rate"] = float(raw.fields["learning_rate"])
    notes = (*contents.notes, *notes)
    return Contents(**{**vars(contents), "training": training, "notes": notes})


def write(contents: Contents, file: BinaryIO) -> tuple[str, ...]:
    """Write a checkpoint that NVIDIA's train.py resumes from; what was left out."""
    optimizer, notes = optimizer_to_write(contents)
    fields = {
        "iteration": contents.step,
        "state_dict": dict(contents.weights),
        "optimizer": optimizer,
        "learning_rate": optimizer["param_groups"][0]["lr"],
    }
    torch.save(fields, file)
    return (*notes, *left_out(contents, UNTOLD + DROPOUTS))


def number_in(raw: Raw, name: str) -> int:
    """A field that counts; raises CheckpointError where it does not."""
    value = raw.fields[name]
    # Counted by numpy in some scripts.
    if not hasattr(value, "__index__") or int(value) < 0:
        raise CheckpointError(raw.path, f"its {name} is {value!r}, not a number of steps")
    return int(value)


def saved_training(raw: Raw, contents: Contents) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """What continues the run: the optimiser, where it can be taken over, and its learning rate."""
    ours = own_order(Tacotron2Config(**contents.config))
    order = parameters(contents.weights)
    optimizer, why = import_adam(raw.fields.get("optimizer"), contents.weights, order, ours)
    if optimizer is None:
        return None, (why,)
    rate = float(optimizer["param_groups"][0].get("lr", LEARNING_RATE))
    return {"optimizer": optimizer, "learning_rate": rate}, ()


def optimizer_to_write(contents: Contents) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The optimiser that goes into a container, one that begins anew where there is none."""
    count, training = len(parameters(contents.weights)), contents.training or {}
    saved = training.get("optimizer")
    if saved and sum(len(group["params"]) for group in saved["param_groups"]) == count:
        return saved, ()
    rate = training.get("learning_rate", LEARNING_RATE)
    return fresh_adam(count, rate), (f"its optimiser begins anew, at {rate:g}",)


def left_out(contents: Contents, untold: Sequence[str]) -> tuple[str, ...]:
    """What of our own has no place in NVIDIA's containers, a sentence each.

    `untold` are the settings that can be read neither from the shapes of the weights nor from
    anything else there.
    """
    notes = []
    if contents.voice != Voice():
        notes.append("it has no place for symbols, cleaner and mel settings: keep a note of them")
    if contents.config["frames_per_step"] != 1:
        notes.append("NVIDIA's scripts say one frame a step only, this one says several")
    usual = vars(Tacotron2Config())
    told = [
        f"{name} = {contents.config[name]}"
        for name in untold
        if contents.config[name] != usual[name]
    ]
    if told:
        notes.append(f"it has no place for {', '.join(told)}: keep a note of them")
    return tuple(notes)
