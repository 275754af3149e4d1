"""The weights of WaveGlow in the three layouts that NVIDIA's repositories have used.

    2018-11, NVIDIA/waveglow:       res_layers and skip_layers, one cond_layers per layer
    2018-11 to today, DeepLearningExamples, and ours:  both in res_skip_layers, one cond_layers
    2019-08 to today, NVIDIA/waveglow:  res_skip_layers, and all cond_layers in one cond_layer

Weight norm is per row (weight_g), so rows are joined and split without rounding, and so are the
moments of Adam. Where weight norm was folded there is a `weight` instead.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from ...audio.mel import MelConfig
from ...errors import CheckpointError
from ..checkpoints.contents import Contents, Raw
from ..checkpoints.layout import Layout, RecognizedModel, Weights, build_settings, shape_of
from ..frontend import FrontendConfig
from .config import WaveGlowConfig
from .pickled import HOP_LENGTH, UPSAMPLE_KERNEL, network

NAMES = {
    "n_mel_channels": "mel_channels",
    "n_flows": "flows",
    "n_group": "groups",
    "n_early_every": "early_every",
    "n_early_size": "early_size",
    "WN_config.n_layers": "wn_layers",
    "WN_config.kernel_size": "wn_kernel",
    "WN_config.n_channels": "wn_channels",
}
KINDS = ("bias", "weight_g", "weight_v")
_FOLDED = re.compile(r"WN\.\d+\.(?:start|cond_layer|\w+_layers\.\d+)\.weight")
_FLOW = re.compile(r"WN\.(\d+)\.")


def holds(names: Collection[str]) -> bool:
    """Whether there are invertible convolutions."""
    return any(name.startswith("convinv.") for name in names)


def read(weights: Mapping[str, Tensor], raw: Raw, settings: Mapping[str, Any]) -> RecognizedModel:
    """The model; raises CheckpointError. Its mel is the original's, with its number of channels."""
    if raw.network.startswith("glow_old."):
        why = "it is glow_old.py's, whose flows alternate the half of the channels they change"
        raise CheckpointError(raw.path, f"{why}: the current WaveGlow cannot run its weights")
    try:
        unfolded = _unfold(weights)
        parted = part(unfolded)
    except (RuntimeError, KeyError, ValueError, IndexError) as error:
        why = f"the layers of its flows do not fit together: {str(error).splitlines()[0]}"
        raise CheckpointError(raw.path, why) from None
    notes: tuple[str, ...] = ()
    if unfolded.keys() != weights.keys():
        notes += ("weight norm was folded: weight_g and weight_v were computed from weight",)
    if "WN.0.skip_layers.0.bias" in unfolded and not raw.network:
        notes += ("its layout is of 2018: if it is glow_old.py's, it will only generate noise",)
    sizes, more = _sizes(parted, raw, settings)
    config = build_settings(WaveGlowConfig, sizes, "waveglow", raw.path)
    _check_channels(config, parted, raw)
    mel = {"mel_channels": config.mel_channels, "hop_length": config.hop_length}
    voice = FrontendConfig(mel=build_settings(MelConfig, mel, "mel", raw.path))
    return RecognizedModel(config, voice, parted, notes + more)


def _unfold(weights: Mapping[str, Tensor]) -> Weights:
    """With weight_g and weight_v in place of a folded weight."""
    unfolded = {}
    for name, value in weights.items():
        if _FOLDED.fullmatch(name):
            unfolded[f"{name}_g"] = torch.linalg.vector_norm(value.flatten(1), dim=1)[:, None, None]
            unfolded[f"{name}_v"] = value
        else:
            unfolded[name] = value
    return unfolded


def _sizes(
    weights: Mapping[str, Tensor], raw: Raw, settings: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The settings that follow from the shapes, and notes on what was assumed."""

    def shape(name: str) -> tuple[int, ...]:
        return shape_of(weights, name, 3, raw.path, "WaveGlow")

    mel_channels, _, upsample_kernel = shape("upsample.weight")
    wn_channels, _, _ = shape("WN.0.start.weight_v")
    _, _, wn_kernel = shape("WN.0.in_layers.0.weight_v")
    flows = _count(weights, r"convinv\.(\d+)\.conv\.weight")
    channels = [shape(f"convinv.{flow}.conv.weight")[0] for flow in range(max(1, flows))]
    early, notes = _early(channels, settings)
    hop_length, assumed = _hop(upsample_kernel, raw)
    return {
        "mel_channels": mel_channels,
        "hop_length": hop_length,
        "upsample_kernel": upsample_kernel,
        "flows": flows,
        "groups": channels[0],
        "wn_layers": _count(weights, r"WN\.0\.in_layers\.(\d+)\.weight_v"),
        "wn_channels": wn_channels,
        "wn_kernel": wn_kernel,
        **early,
    }, notes + assumed


def _count(weights: Mapping[str, Tensor], pattern: str) -> int:
    return len({match[1] for match in (re.fullmatch(pattern, name) for name in weights) if match})


def _early(
    channels: list[int], settings: Mapping[str, Any]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """The interval and the size of early outputs, from the channels of each flow."""
    sizes = [before - after for before, after in pairwise(channels)]
    first = next((flow for flow, size in enumerate(sizes, 1) if size), None)
    if first is not None:
        return {"early_every": first, "early_size": sizes[first - 1]}, ()
    every, size = (settings.get(name) for name in ("n_early_every", "n_early_size"))
    if isinstance(every, int) and isinstance(size, int) and (not size or every >= len(channels)):
        return {"early_every": every, "early_size": size}, ()
    note = "there are no early outputs: early_every cannot be read from the weights"
    return {"early_every": max(4, len(channels)), "early_size": 2}, (note,)


def _hop(upsample_kernel: int, raw: Raw) -> tuple[int, tuple[str, ...]]:
    """The samples per mel frame, which only a pickled network states."""
    stride = raw.attributes.get("upsample.stride")
    if isinstance(stride, tuple):
        if stride[0] > upsample_kernel:
            why = f"its upsampling has stride {stride[0]} but a kernel of only {upsample_kernel}"
            raise CheckpointError(raw.path, why)
        return stride[0], ()
    if upsample_kernel == UPSAMPLE_KERNEL:
        return HOP_LENGTH, ()
    hop = max(1, upsample_kernel // 4)
    note = f"its hop length is assumed to be {hop}, a quarter of the upsampling kernel"
    return hop, (f"{note}: the file does not state it",)


def _check_channels(config: WaveGlowConfig, weights: Mapping[str, Tensor], raw: Raw) -> None:
    for flow in range(config.flows):
        found, expected = len(weights[f"convinv.{flow}.conv.weight"]), config.channels(flow)
        if found != expected:
            early = f"{config.early_size} channels are output every {config.early_every} flows"
            why = f"flow {flow} has {found} channels, not {expected}, though {early}"
            raise CheckpointError(raw.path, why)


def left_out(contents: Contents, _names: Collection[str]) -> tuple[str, ...]:
    """A sentence for each of our settings that NVIDIA's containers cannot hold."""
    notes = []
    if contents.frontend.mel != MelConfig():
        notes.append("it cannot hold the mel settings: keep a note of them")
    sizes = (contents.config["upsample_kernel"], contents.config["hop_length"])
    if sizes != (UPSAMPLE_KERNEL, HOP_LENGTH):
        usual = f"kernel {UPSAMPLE_KERNEL} and hop {HOP_LENGTH}"
        notes.append(f"NVIDIA's scripts build only {usual}, this one has {sizes[0]} and {sizes[1]}")
    return tuple(notes)


def part(weights: Mapping[str, Tensor]) -> Weights:
    """Any of the layouts converted to ours."""
    parted = dict(weights)
    for flow in _flows(weights):
        if f"{flow}skip_layers.0.bias" in parted:
            _join_residual(parted, flow)
        count = _count(weights, rf"{re.escape(flow)}in_layers\.(\d+)\.bias")
        for kind in KINDS:
            if f"{flow}cond_layer.{kind}" in parted:
                rows = parted.pop(f"{flow}cond_layer.{kind}").chunk(count)
                names = (f"{flow}cond_layers.{layer}.{kind}" for layer in range(count))
                parted.update(zip(names, rows, strict=True))
    return parted


def _join_residual(weights: Weights, flow: str) -> None:
    """Residual and skip weights in one; the last layer has skip weights only."""
    for layer in range(_count(weights, rf"{re.escape(flow)}skip_layers\.(\d+)\.bias")):
        for kind in KINDS:
            rows = [weights.pop(f"{flow}skip_layers.{layer}.{kind}")]
            if f"{flow}res_layers.{layer}.{kind}" in weights:
                rows.insert(0, weights.pop(f"{flow}res_layers.{layer}.{kind}"))
            weights[f"{flow}res_skip_layers.{layer}.{kind}"] = torch.cat(rows)


def join(weights: Mapping[str, Tensor]) -> Weights:
    """Ours in NVIDIA/waveglow's current layout and order: the fused layer ends a flow."""
    joined: Weights = {}
    for flow, group in _by_flow(weights):
        conditions = f"{flow}cond_layers."
        joined |= {name: value for name, value in group.items() if conditions not in name}
        for kind in KINDS if flow else ():
            rows = [value for name, value in group.items()
                    if name.startswith(conditions) and name.endswith(kind)]  # fmt: skip
            joined[f"{flow}cond_layer.{kind}"] = torch.cat(rows)
    return joined


def _flows(weights: Mapping[str, Tensor]) -> list[str]:
    """The prefixes of the flows' networks."""
    return list(dict.fromkeys(found[0] for found in map(_FLOW.match, weights) if found))


def _by_flow(weights: Mapping[str, Tensor]) -> Iterator[tuple[str, Weights]]:
    """The weights of each flow's network in order, everything else under ""."""
    groups: list[tuple[str, Weights]] = []
    for name, value in weights.items():
        found = _FLOW.match(name)
        flow = found[0] if found else ""
        if not groups or groups[-1][0] != flow:
            groups.append((flow, {}))
        groups[-1][1][name] = value
    yield from groups


LAYOUT = Layout(holds, read, left_out, NAMES, {}, {}, join, part, network)
