"""A network as NVIDIA/waveglow pickles it, built from torch's own layers without NVIDIA's code.

A pickle holds the names of classes and the attributes of their objects: whoever loads it needs
`glow.WaveGlow`, as NVIDIA's scripts have. Stand-in classes of these names hold the attributes.
"""

import warnings
from typing import Any

from torch import Tensor, nn

from ..checkpoints.contents import Contents
from .config import WaveGlowConfig

# NVIDIA's scripts build every network with these.
UPSAMPLE_KERNEL, HOP_LENGTH = 1024, 256


def _stand_in(name: str) -> type[nn.Module]:
    return type(name, (nn.Module,), {"__module__": "glow"})


WaveGlow, WN, Mixing = map(_stand_in, ("WaveGlow", "WN", "Invertible1x1Conv"))


def network(contents: Contents, weights: dict[str, Tensor]) -> nn.Module:
    """`glow.WaveGlow` with weights in NVIDIA/waveglow's layout."""
    config = WaveGlowConfig(**contents.config)
    last = config.channels(config.flows - 1)
    glow = WaveGlow()
    glow.upsample = nn.ConvTranspose1d(
        config.mel_channels, config.mel_channels, config.upsample_kernel, config.hop_length
    )
    # nn.Module types only modules and tensors as attributes.
    vars(glow).update(n_flows=config.flows, n_group=config.groups, n_remaining_channels=last)
    vars(glow).update(n_early_every=config.early_every, n_early_size=config.early_size)
    sizes = [config.channels(flow) for flow in range(config.flows)]
    glow.WN = nn.ModuleList(_flow(config, size // 2) for size in sizes)
    glow.convinv = nn.ModuleList(_mixing(size) for size in sizes)
    glow.load_state_dict(weights)
    return glow


def _flow(config: WaveGlowConfig, half: int) -> nn.Module:
    flow, channels, layers = WN(), config.wn_channels, config.wn_layers
    vars(flow).update(n_layers=layers, n_channels=channels)
    flow.in_layers = nn.ModuleList(
        _normed(
            channels,
            2 * channels,
            config.wn_kernel,
            dilation=2**layer,
            padding=2**layer * (config.wn_kernel // 2),
        )
        for layer in range(layers)
    )
    flow.res_skip_layers = nn.ModuleList(
        _normed(channels, channels if layer == layers - 1 else 2 * channels)
        for layer in range(layers)
    )
    flow.start = _normed(half, channels)
    flow.end = nn.Conv1d(channels, 2 * half, 1)
    flow.cond_layer = _normed(config.mel_channels * config.groups, 2 * channels * layers)
    return flow


def _normed(inputs: int, outputs: int, kernel: int = 1, **more: Any) -> nn.Module:
    """A convolution with the weight norm that NVIDIA's `remove_weightnorm` can remove."""
    convolution = nn.Conv1d(inputs, outputs, kernel, **more)
    with warnings.catch_warnings():
        # The newer weight norm uses other names, which NVIDIA's scripts do not find.
        warnings.simplefilter("ignore", FutureWarning)
        nn.utils.weight_norm(convolution)
    # Recomputed before each use, but it must exist; detached, so that the file holds it once.
    convolution.weight = convolution.get_parameter("weight_v").detach()
    return convolution


def _mixing(channels: int) -> nn.Module:
    mixing = Mixing()
    mixing.conv = nn.Conv1d(channels, channels, 1, bias=False)
    return mixing
