"""Checkpoints of NVIDIA's DeepLearningExamples, PyTorch/SpeechSynthesis/Tacotron2.

    of v1.10, `checkpoint_Tacotron2_{epoch}.pt`:
        {epoch, cuda_rng_state_all, random_rng_states_all, config, state_dict, optimizer, scaler}
    of May 2020, without a suffix:
        {epoch, cuda_rng_state_all, random_rng_state, config, state_dict, optimizer, amp?}

`amp` is apex's loss scaling, which nothing here continues. They count epochs; how many steps
those were is read from the optimiser.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, BinaryIO

import torch

from ..contents import Contents, Raw
from .adam import updates
from .layout import tacotron2_contents
from .nvidia import DROPOUTS, UNTOLD, left_out, number_in, optimizer_to_write, saved_training

# The container's `config` that sizes the model, each with the setting of ours that it is.
CONFIG = {
    "n_mel_channels": "mel_channels",
    "n_symbols": "symbols",
    "symbols_embedding_dim": "symbol_dim",
    "encoder_kernel_size": "encoder_kernel",
    "encoder_n_convolutions": "encoder_layers",
    "encoder_embedding_dim": "symbol_dim",
    "attention_rnn_dim": "attention_rnn_dim",
    "attention_dim": "attention_dim",
    "attention_location_n_filters": "location_filters",
    "attention_location_kernel_size": "location_kernel",
    "n_frames_per_step": "frames_per_step",
    "decoder_rnn_dim": "decoder_rnn_dim",
    "prenet_dim": "prenet_dim",
    "p_attention_dropout": "attention_dropout",
    "p_decoder_dropout": "decoder_dropout",
    "postnet_embedding_dim": "postnet_dim",
    "postnet_kernel_size": "postnet_kernel",
    "postnet_n_convolutions": "postnet_layers",
}
# What it says of training's mask and of speaking, with the original's defaults.
OTHERS = {
    "mask_padding": False,
    "max_decoder_steps": 2000,
    "gate_threshold": 0.5,
    "decoder_no_early_stopping": False,
}
SPEAKING = {"max_decoder_steps": "infer.max_frames", "gate_threshold": "infer.gate_threshold"}
# The bytes of CUDA's generator: a seed and an offset.
CUDA_STATE_BYTES = 16


def holds(raw: Raw) -> bool:
    """Whether the keys are this container's, of either age."""
    return {"state_dict", "epoch", "config"} <= set(raw.fields)


def read(raw: Raw) -> Contents:
    """The checkpoint; raises CheckpointError for weights that are not Tacotron 2's."""
    config = raw.fields["config"] if isinstance(raw.fields["config"], Mapping) else {}
    dropouts = {
        ours: config[theirs]
        for theirs, ours in CONFIG.items()
        if ours in DROPOUTS and isinstance(config.get(theirs), float)
    }
    contents = tacotron2_contents(raw, "dle", dropouts)
    training, notes = saved_training(raw, contents)
    training = (training or {}) | {"epoch": number_in(raw, "epoch")}
    if raw.fields.get("scaler"):
        training["scaler"] = dict(raw.fields["scaler"])
    if "amp" in raw.fields:
        notes += ("apex's loss scale was left out",)
    notes += _speaking(config) + _disagreeing(config, contents.config)
    return replace(
        contents,
        step=updates(training.get("optimizer")),
        training=training,
        notes=(*contents.notes, *notes),
    )


def write(contents: Contents, file: BinaryIO) -> tuple[str, ...]:
    """Write a checkpoint as v1.10 does; what was left out."""
    optimizer, notes = optimizer_to_write(contents)
    training = contents.training or {}
    config = {**OTHERS, **{theirs: contents.config[ours] for theirs, ours in CONFIG.items()}}
    fields = {
        "epoch": training.get("epoch", 0),
        "cuda_rng_state_all": torch.zeros(1, CUDA_STATE_BYTES, dtype=torch.uint8),
        "random_rng_states_all": torch.Generator().manual_seed(0).get_state()[None],
        "config": config,
        "state_dict": dict(contents.weights),
        "optimizer": optimizer,
        "scaler": training.get("scaler") or {},
    }
    if contents.step != updates(optimizer):
        notes += (f"it counts epochs: that {contents.step} steps were made was left out",)
    torch.save(fields, file)
    return (*notes, *left_out(contents, UNTOLD))


def _speaking(config: Mapping[str, Any]) -> tuple[str, ...]:
    told = [
        f"{ours}={config[theirs]:g}"
        for theirs, ours in SPEAKING.items()
        if isinstance(config.get(theirs), int | float) and config[theirs] != OTHERS[theirs]
    ]
    return (f"it was made to speak with {' and '.join(told)}",) if told else ()


def _disagreeing(config: Mapping[str, Any], ours: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        f"its config says {theirs} = {config[theirs]}, its weights {ours[name]}: these count"
        for theirs, name in CONFIG.items()
        if isinstance(config.get(theirs), int) and config[theirs] != ours[name]
    )
