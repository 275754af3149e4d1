"""The weights of Tacotron 2 as other systems save them, brought to the original's names.

The containers differ; what lies in them is one of two layouts, with the prefixes of whatever the
model was wrapped in when it was saved.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...audio.mel import MelConfig
from ...config import build
from ...errors import CheckpointError, SettingError
from ...text.symbols import SYMBOLS
from ..contents import Contents, Raw
from ..models.tacotron2 import Tacotron2, Tacotron2Config
from ..voice import Voice

# DistributedDataParallel's, that of a list with the model in it, and that of torch.compile.
_PREFIXES = re.compile(r"^(?:module\.1\.|module\.|_orig_mod\.)+")
BUFFERS = ("running_mean", "running_var", "num_batches_tracked")

# torchaudio's published voices read these: the letters in lower case only, or sounds only.
_SIGNS = SYMBOLS[:12]
_KNOWN_SYMBOLS = (
    SYMBOLS,
    (*_SIGNS, *(symbol for symbol in SYMBOLS if symbol.islower())),
    (*_SIGNS, *(symbol for symbol in SYMBOLS if symbol.startswith("@"))),
)
_SHOWN = 3


def tacotron2_contents(
    raw: Raw, origin: str, dropouts: Mapping[str, float] | None = None, **more: Any
) -> Contents:
    """The contents of a Tacotron 2 whose container says nothing of its voice.

    Sizes come from the shapes of the weights. The symbols are known by their number; where it is
    another one they are (). `more` are further fields of Contents.
    """
    weights, notes = plain_weights(raw)
    config = asdict(sizes(weights, raw.path, dropouts or {}))
    by_count = {len(symbols): symbols for symbols in _KNOWN_SYMBOLS}
    symbols = by_count.get(config["symbols"], ())
    if not symbols:
        notes += (f"which its {config['symbols']} symbols are is not known: only their number is",)
    voice = Voice(symbols, mel=MelConfig(mel_channels=config["mel_channels"]))
    notes += tuple(more.pop("notes", ()))
    return Contents("tacotron2", config, voice, weights, origin=origin, notes=notes, **more)


def plain_weights(raw: Raw) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """The field `state_dict` under the original's names, in float32, and what there is to tell.

    Counters of batch norm that files of before torch 0.4.1 lack are put in, as zero.
    """
    found = raw.fields.get("state_dict")
    if not isinstance(found, Mapping) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in found.items()
    ):
        raise CheckpointError(raw.path, "its state_dict is no mapping of names to tensors")
    weights, halves = {}, set()
    for key, value in found.items():
        name = _PREFIXES.sub("", key)
        if value.is_floating_point() and value.dtype != torch.float32:
            halves.add(str(value.dtype).removeprefix("torch."))
            value = value.float()
        weights[name] = value
        counter = name.replace("running_var", "num_batches_tracked")
        if counter != name and key.replace("running_var", "num_batches_tracked") not in found:
            weights[counter] = torch.zeros((), dtype=torch.int64)
    notes = (f"its weights were {', '.join(sorted(halves))}",) if halves else ()
    return weights, notes + _odd(weights)


def _odd(weights: Mapping[str, Tensor]) -> tuple[str, ...]:
    odd = [name for name, value in weights.items() if not torch.isfinite(value).all()]
    if not odd:
        return ()
    more = f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
    return (f"not all numbers in {', '.join(odd[:_SHOWN])}{more} are finite: it cannot speak",)


def sizes(
    weights: Mapping[str, Tensor], path: Path, dropouts: Mapping[str, float]
) -> Tacotron2Config:
    """The settings that the shapes of the weights tell; raises CheckpointError where none do."""

    def shape(name: str, count: int) -> tuple[int, ...]:
        if name not in weights:
            raise CheckpointError(path, f"its weights are not Tacotron 2's: {name} is missing")
        if weights[name].ndim != count:
            raise CheckpointError(path, f"{name} has the shape {tuple(weights[name].shape)}")
        return tuple(weights[name].shape)

    symbols, symbol_dim = shape("embedding.weight", 2)
    _, _, encoder_kernel = shape("encoder.convolutions.0.0.conv.weight", 3)
    prenet_dim, _ = shape("decoder.prenet.layers.0.linear_layer.weight", 2)
    attention_dim, attention_rnn = shape(
        "decoder.attention_layer.query_layer.linear_layer.weight", 2
    )
    location = "decoder.attention_layer.location_layer.location_conv.conv.weight"
    location_filters, _, location_kernel = shape(location, 3)
    _, decoder_rnn = shape("decoder.decoder_rnn.weight_hh", 2)
    postnet_dim, mel_channels, postnet_kernel = shape("postnet.convolutions.0.0.conv.weight", 3)
    frame_size, _ = shape("decoder.linear_projection.linear_layer.weight", 2)
    told = {
        "symbols": symbols,
        "symbol_dim": symbol_dim,
        "encoder_layers": _layers(weights, "encoder"),
        "encoder_kernel": encoder_kernel,
        "prenet_dim": prenet_dim,
        "attention_rnn_dim": attention_rnn,
        "attention_dim": attention_dim,
        "location_filters": location_filters,
        "location_kernel": location_kernel,
        "decoder_rnn_dim": decoder_rnn,
        "postnet_dim": postnet_dim,
        "postnet_layers": _layers(weights, "postnet"),
        "postnet_kernel": postnet_kernel,
        "mel_channels": mel_channels,
        "frames_per_step": max(1, frame_size // max(1, mel_channels)),
    }
    try:
        return build(Tacotron2Config, {**told, **dropouts}, "tacotron2")
    except SettingError as error:
        raise CheckpointError(path, str(error)) from None


def _layers(weights: Mapping[str, Tensor], part: str) -> int:
    pattern = re.compile(rf"{part}\.convolutions\.(\d+)\.0\.conv\.weight")
    return len({match[1] for match in map(pattern.fullmatch, weights) if match})


def own_order(config: Tacotron2Config) -> list[str]:
    """The names of the parameters in the order in which our optimiser numbers them."""
    with torch.device("meta"):
        return [name for name, _ in Tacotron2(config).named_parameters()]


def parameters(weights: Mapping[str, Tensor]) -> list[str]:
    """The names of the weights that are trained, in order: all but the buffers."""
    return [name for name in weights if not name.endswith(BUFFERS)]
