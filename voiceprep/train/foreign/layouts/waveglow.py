"""The weights of WaveGlow in the three layouts that NVIDIA's repositories came to save.

    2018-11, NVIDIA/waveglow:       res_layers and skip_layers, one of cond_layers a layer
    2018-11 to today, DeepLearningExamples, and ours:  both in res_skip_layers, one of cond_layers
    2019-08 to today, NVIDIA/waveglow:  res_skip_layers, and all of cond_layers in one cond_layer

A weight has its length (weight_g) a row, so that rows are joined and parted without a rounding;
the moments of Adam are, too. Weight norm may have been folded, which leaves `weight`.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from ....audio.mel import MelConfig
from ....errors import CheckpointError
from ...contents import Contents, Raw
from ...models.waveglow import WaveGlowConfig
from ...voice import Voice
from .glow import HOP_LENGTH, UPSAMPLE_KERNEL, network
from .layout import Known, Layout, Weights, settled, shape_of

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


def read(weights: Mapping[str, Tensor], raw: Raw, told: Mapping[str, Any]) -> Known:
    """The model; raises CheckpointError. Its mel is the original's, of so many channels."""
    if raw.network.startswith("glow_old."):
        why = "it is of glow_old.py, whose flows change one half of the channels and then the other"
        raise CheckpointError(raw.path, f"{why}: no weights make a WaveGlow of today do that")
    try:
        unfolded = _unfold(weights)
        parted = part(unfolded)
    except (RuntimeError, KeyError, ValueError, IndexError) as error:
        why = f"the layers of its flows do not fit together: {str(error).splitlines()[0]}"
        raise CheckpointError(raw.path, why) from None
    notes = ()
    if unfolded.keys() != weights.keys():
        notes += ("weight norm was folded: its lengths and directions are made anew",)
    if "WN.0.skip_layers.0.bias" in unfolded and not raw.network:
        notes += ("laid out as in 2018: if it was glow_old.py's, it makes noise only",)
    sizes, more = _sizes(parted, raw, told)
    config = settled(WaveGlowConfig, sizes, "waveglow", raw.path)
    _check_channels(config, parted, raw)
    heard = {"mel_channels": config.mel_channels, "hop_length": config.hop_length}
    voice = Voice(mel=settled(MelConfig, heard, "mel", raw.path))
    return Known(config, voice, parted, notes + more)


def _unfold(weights: Mapping[str, Tensor]) -> Weights:
    """With length and direction in the place of a folded weight."""
    unfolded = {}
    for name, value in weights.items():
        if _FOLDED.fullmatch(name):
            unfolded[f"{name}_g"] = torch.linalg.vector_norm(value.flatten(1), dim=1)[:, None, None]
            unfolded[f"{name}_v"] = value
        else:
            unfolded[name] = value
    return unfolded


def _sizes(
    weights: Mapping[str, Tensor], raw: Raw, told: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The settings that the shapes tell, and what had to be taken for granted."""

    def shape(name: str) -> tuple[int, ...]:
        return shape_of(weights, name, 3, raw.path, "WaveGlow")

    mel_channels, _, upsample_kernel = shape("upsample.weight")
    wn_channels, _, _ = shape("WN.0.start.weight_v")
    _, _, wn_kernel = shape("WN.0.in_layers.0.weight_v")
    flows = _count(weights, r"convinv\.(\d+)\.conv\.weight")
    channels = [shape(f"convinv.{flow}.conv.weight")[0] for flow in range(max(1, flows))]
    early, notes = _early(channels, told)
    hop_length, guessed = _hop(upsample_kernel, raw)
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
    }, notes + guessed


def _count(weights: Mapping[str, Tensor], pattern: str) -> int:
    return len({match[1] for match in (re.fullmatch(pattern, name) for name in weights) if match})


def _early(channels: list[int], told: Mapping[str, Any]) -> tuple[dict[str, int], tuple[str, ...]]:
    """When channels are done early and how many, by the channels of each flow."""
    sizes = [before - after for before, after in pairwise(channels)]
    first = next((flow for flow, size in enumerate(sizes, 1) if size), None)
    if first is not None:
        return {"early_every": first, "early_size": sizes[first - 1]}, ()
    every, size = (told.get(name) for name in ("n_early_every", "n_early_size"))
    if isinstance(every, int) and isinstance(size, int) and (not size or every >= len(channels)):
        return {"early_every": every, "early_size": size}, ()
    note = "no channels are done early: after how many flows they would be is not known"
    return {"early_every": max(4, len(channels)), "early_size": 2}, (note,)


def _hop(upsample_kernel: int, raw: Raw) -> tuple[int, tuple[str, ...]]:
    """The samples a frame stands for, which only a pickled network tells."""
    stride = raw.attributes.get("upsample.stride")
    if isinstance(stride, tuple):
        if stride[0] > upsample_kernel:
            why = f"its frames are {stride[0]} samples apart and reach {upsample_kernel}"
            raise CheckpointError(raw.path, why)
        return stride[0], ()
    if upsample_kernel == UPSAMPLE_KERNEL:
        return HOP_LENGTH, ()
    hop = max(1, upsample_kernel // 4)
    told = f"its frames are taken to be {hop} samples apart, a quarter of the upsampling kernel"
    return hop, (f"{told}: the file does not say",)


def _check_channels(config: WaveGlowConfig, weights: Mapping[str, Tensor], raw: Raw) -> None:
    for flow in range(config.flows):
        found, due = len(weights[f"convinv.{flow}.conv.weight"]), config.channels(flow)
        if found != due:
            early = f"{config.early_size} channels are done early every {config.early_every} flows"
            why = f"flow {flow} has {found} channels where {due} are left if {early}"
            raise CheckpointError(raw.path, why)


def left_out(contents: Contents, _told: Collection[str]) -> tuple[str, ...]:
    """What of our own has no place in NVIDIA's containers, a sentence each."""
    notes = []
    if contents.voice.mel != MelConfig():
        notes.append("it has no place for mel settings: keep a note of them")
    sizes = (contents.config["upsample_kernel"], contents.config["hop_length"])
    if sizes != (UPSAMPLE_KERNEL, HOP_LENGTH):
        usual = f"a kernel of {UPSAMPLE_KERNEL} and a hop of {HOP_LENGTH}"
        notes.append(f"NVIDIA's scripts build {usual} only, this one has {sizes[0]} and {sizes[1]}")
    return tuple(notes)


def part(weights: Mapping[str, Tensor]) -> Weights:
    """Any of the layouts as ours."""
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
    """What goes on and what is summed, side by side; of the last layer there is the sum alone."""
    for layer in range(_count(weights, rf"{re.escape(flow)}skip_layers\.(\d+)\.bias")):
        for kind in KINDS:
            rows = [weights.pop(f"{flow}skip_layers.{layer}.{kind}")]
            if f"{flow}res_layers.{layer}.{kind}" in weights:
                rows.insert(0, weights.pop(f"{flow}res_layers.{layer}.{kind}"))
            weights[f"{flow}res_skip_layers.{layer}.{kind}"] = torch.cat(rows)


def join(weights: Mapping[str, Tensor]) -> Weights:
    """Ours as NVIDIA/waveglow's of today, in its order: the fused layer ends a flow."""
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
    """The weights of each flow's network, and before and after them, under "", all else."""
    groups: list[tuple[str, Weights]] = []
    for name, value in weights.items():
        found = _FLOW.match(name)
        flow = found[0] if found else ""
        if not groups or groups[-1][0] != flow:
            groups.append((flow, {}))
        groups[-1][1][name] = value
    yield from groups


LAYOUT = Layout(holds, read, left_out, NAMES, {}, {}, join, part, network)
