"""The layout of Tacotron 2's weights, which every system saves under the original's names."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from ...audio.mel import MelConfig
from ...text.symbols import SYMBOLS
from ..checkpoints.contents import Contents, Raw
from ..checkpoints.layout import Layout, RecognizedModel, build_settings, shape_of
from ..frontend import FrontendConfig
from .config import Tacotron2Config

NAMES = {
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
# Settings of the training mask and of inference.
OTHERS = {
    "mask_padding": False,
    "max_decoder_steps": 2000,
    "gate_threshold": 0.5,
    "decoder_no_early_stopping": False,
}
SPEAKING = {"max_decoder_steps": "infer.max_frames", "gate_threshold": "infer.gate_threshold"}
DROPOUTS = tuple(
    f"{part}_dropout" for part in ("encoder", "prenet", "postnet", "attention", "decoder")
)

# The last two are of torchaudio's published voices: lower-case letters only, phonemes only.
_SIGNS = SYMBOLS[:12]
_KNOWN_SYMBOLS = (
    SYMBOLS,
    (*_SIGNS, *(symbol for symbol in SYMBOLS if symbol.islower())),
    (*_SIGNS, *(symbol for symbol in SYMBOLS if symbol.startswith("@"))),
)


def holds(names: Collection[str]) -> bool:
    """Whether there is a decoder, or an embedding of symbols."""
    return any(name.startswith(("decoder.", "embedding.")) for name in names)


def read(weights: Mapping[str, Tensor], raw: Raw, stated: Mapping[str, Any]) -> RecognizedModel:
    """The model; raises CheckpointError. Dropouts are those that the container states.

    The symbols are recognised by their number, and () for an unknown one.
    """
    dropouts = {
        ours: stated[theirs]
        for theirs, ours in NAMES.items()
        if ours in DROPOUTS and isinstance(stated.get(theirs), float)
    }
    values = _sizes(weights, raw) | dropouts
    config = build_settings(Tacotron2Config, values, "tacotron2", raw.path)
    by_count = {len(symbols): symbols for symbols in _KNOWN_SYMBOLS}
    symbols = by_count.get(config.symbols, ())
    unknown = f"the file does not state which its {config.symbols} symbols are"
    frontend = FrontendConfig(symbols, mel=MelConfig(mel_channels=config.mel_channels))
    return RecognizedModel(config, frontend, dict(weights), () if symbols else (unknown,))


def _sizes(weights: Mapping[str, Tensor], raw: Raw) -> dict[str, Any]:
    """The settings that follow from the shapes of the weights."""

    def shape(name: str, count: int) -> tuple[int, ...]:
        return shape_of(weights, name, count, raw.path, "Tacotron 2")

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
    return {
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


def _layers(weights: Mapping[str, Tensor], part: str) -> int:
    pattern = re.compile(rf"{part}\.convolutions\.(\d+)\.0\.conv\.weight")
    return len({match[1] for match in map(pattern.fullmatch, weights) if match})


def left_out(contents: Contents, stated: Collection[str]) -> tuple[str, ...]:
    """What NVIDIA's containers have no place for, a sentence each."""
    notes = []
    frontend = replace(contents.frontend, rare=())
    if frontend.state:
        notes.append(
            f"it has no place for the front end {frontend.state.name} and its "
            f"{len(frontend.symbols)} symbols: the voice speaks only from another container"
        )
    elif frontend != FrontendConfig():
        notes.append("it has no place for symbols, cleaner and mel settings: keep a note of them")
    if contents.config["frames_per_step"] != 1:
        notes.append("NVIDIA's scripts decode one frame per step, this model several")
    usual = vars(Tacotron2Config())
    unstated = [
        f"{name} = {contents.config[name]}"
        for name in DROPOUTS
        if name not in stated and contents.config[name] != usual[name]
    ]
    if unstated:
        notes.append(f"it has no place for {', '.join(unstated)}: keep a note of them")
    return tuple(notes)


LAYOUT = Layout(holds, read, left_out, NAMES, OTHERS, SPEAKING)
