"""Checkpoints of NVIDIA's DeepLearningExamples, PyTorch/SpeechSynthesis/Tacotron2.

    of v1.10, `checkpoint_Tacotron2_{epoch}.pt`, `checkpoint_WaveGlow_{epoch}.pt`:
        {epoch, cuda_rng_state_all, random_rng_states_all, config, state_dict, optimizer, scaler}
    of May 2020, without a suffix:
        {epoch, cuda_rng_state_all, random_rng_state, config, state_dict, optimizer, amp?}

`amp` is apex's loss scaling, which is not resumed here. They count epochs; the number of steps is
read from the optimiser.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

import torch

from ..contents import Contents, Raw
from ..layout import Layout, find_layout, recognize
from .adam import updates
from .nvidia import number_in, optimizer_to_write, saved_training

# The bytes of CUDA's generator: a seed and an offset.
CUDA_STATE_BYTES = 16
# What a run that has not finished any epoch saves: it continues with the next one.
NO_EPOCH = -1


def holds(raw: Raw) -> bool:
    """Whether the keys are this container's, of either version."""
    return {"state_dict", "epoch", "config"} <= set(raw.fields)


def read(raw: Raw) -> Contents:
    """The checkpoint; raises CheckpointError for weights that are no known model's."""
    found = raw.fields["config"]
    config = dict(_flat(found)) if isinstance(found, Mapping) else {}
    contents = recognize(raw, "dle", config)
    layout = find_layout(contents.model)
    training, notes = saved_training(raw, contents)
    training = (training or {}) | {"epoch": number_in(raw, "epoch", NO_EPOCH)}
    if raw.fields.get("scaler"):
        training["scaler"] = dict(raw.fields["scaler"])
    if "amp" in raw.fields:
        notes += ("apex's loss scale was left out",)
    notes += _inference_notes(config, layout) + _mismatch_notes(config, contents.config, layout)
    return replace(
        contents,
        step=updates(training.get("optimizer")),
        training=training,
        notes=(*contents.notes, *notes),
    )


def write(contents: Contents, file: BinaryIO) -> tuple[str, ...]:
    """Write a checkpoint as v1.10 does; returns what was left out."""
    optimizer, notes = optimizer_to_write(contents, contents.weights)
    training, layout = contents.training or {}, find_layout(contents.model)
    sizes = {theirs: contents.config[ours] for theirs, ours in layout.names.items()}
    fields = {
        "epoch": _finished_epoch(training),
        "cuda_rng_state_all": torch.zeros(1, CUDA_STATE_BYTES, dtype=torch.uint8),
        "random_rng_states_all": torch.Generator().manual_seed(0).get_state()[None],
        "config": _nested({**layout.others, **sizes}),
        "state_dict": dict(contents.weights),
        "optimizer": optimizer,
        "scaler": training.get("scaler") or {},
    }
    if contents.step != updates(optimizer):
        notes += (f"it counts epochs: the step, {contents.step}, was left out",)
    if "epoch" not in training:
        notes += ("the number of epochs is not known: epoch 0 was written",)
    torch.save(fields, file)
    return (*notes, *layout.left_out(contents, layout.names.values()))


def _finished_epoch(training: Mapping[str, Any]) -> int:
    """The last epoch of a run of ours that need not be continued, or the epoch that was read."""
    epoch = int(training.get("epoch", 0))
    return epoch - 1 if training.get("place") == 0 else epoch


def _flat(config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """A config with its nested sections flattened: `WN_config.n_layers`."""
    for name, value in config.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", entry) for inner, entry in value.items())
        else:
            yield name, value


def _nested(config: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in config.items():
        section, _, inner = name.rpartition(".")
        (nested.setdefault(section, {}) if section else nested)[inner] = value
    return nested


def _inference_notes(config: Mapping[str, Any], layout: Layout) -> tuple[str, ...]:
    settings = [
        f"{ours}={config[theirs]:g}"
        for theirs, ours in layout.speaking.items()
        if isinstance(config.get(theirs), int | float) and config[theirs] != layout.others[theirs]
    ]
    return (f"its inference settings were {' and '.join(settings)}",) if settings else ()


def _mismatch_notes(
    config: Mapping[str, Any], ours: Mapping[str, Any], layout: Layout
) -> tuple[str, ...]:
    return tuple(
        f"its config has {theirs} = {config[theirs]}, its weights {ours[name]}: these are used"
        for theirs, name in layout.names.items()
        if isinstance(config.get(theirs), int) and config[theirs] != ours[name]
    )
