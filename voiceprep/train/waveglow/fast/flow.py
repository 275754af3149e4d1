"""Optimised WaveGlow: the numbers of the plain model, in another order of operations."""

import torch
from torch import Tensor

from ...device import HALVES
from ..network import WN, Noise, WaveGlow
from .reversible import ReversibleFlows
from .wn import DilatedIm2Col, FoldedNetwork, fold
from .wn_backward import FoldedFunction

ROWS = 4096
"""Time steps that a weight is packed for: some seconds of audio."""


def transform(network: WN, half: Tensor, conditions: Tensor) -> Tensor:
    """What WN.forward returns, (B, H, T) and (B, M·G, T) to (B, 2·H, T), for training.

    Under autocast everything is in its type, the weights folded in float32 and cast once.
    """
    device = half.device.type
    dtype = network.end.weight.dtype
    if torch.is_autocast_enabled(device):
        dtype = torch.get_autocast_dtype(device)
    learning = (half, conditions, *network.parameters())
    keep = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in learning)
    with torch.autocast(device, enabled=False):
        weights = fold(network).to(dtype)
        out: Tensor = FoldedFunction.apply(
            keep,
            with_ones(half.transpose(1, 2)).to(dtype),
            conditions.transpose(1, 2).to(dtype),
            network.in_layers[0].weight_v.shape[2],
            *weights.tensors(),
        )
    return out.transpose(1, 2)


def normalise(model: WaveGlow, audio: Tensor, mel: Tensor, recompute: bool = False) -> Noise:
    """What model.normalise returns, (B, L) and (B, M, F) to Noise.

    With `recompute` the forward pass saves no activations: the backward pass inverts one flow
    after the other, so that memory does not grow with their number.
    """
    if not (recompute and torch.is_grad_enabled()):
        return model.normalise(audio, mel, transform)
    values, *rest = ReversibleFlows.apply(model, transform, audio, mel, *model.parameters())
    flows = model.config.flows
    return Noise(values, tuple(rest[:flows]), tuple(rest[flows:]))


class FastInverse:
    """Makes audio from noise as model.inverse does, with weights that are folded once.

    Make a new one after training. precision: fp32, or bf16 or fp16 for the products; scaling
    and mixing between the networks is always float32.
    """

    @torch.no_grad()
    def __init__(self, model: WaveGlow, precision: str = "fp32"):
        self.model, self.dtype = model, HALVES.get(precision, torch.float32)
        self.networks = [FoldedNetwork(fold(network).to(self.dtype), ROWS) for network in model.WN]
        self.unmixings = [mixing.inverse().float().t() for mixing in model.convinv]

    @torch.no_grad()
    def __call__(self, noise: Tensor, mel: Tensor) -> Tensor:
        """(B, G, T), in the order of `forward`, and (B, M, F) to float32 samples (B, L)."""
        config = self.model.config
        audio = noise.float().transpose(1, 2).clone(memory_format=torch.contiguous_format)
        samples = audio.shape[1] * audio.shape[2]
        with torch.autocast(noise.device.type, enabled=False):
            conditions = self.model.conditions(mel.float(), samples).transpose(1, 2)
        widest = max(config.wn_channels, config.groups // 2 + 1)
        columns = DilatedIm2Col(conditions.to(self.dtype), config.wn_kernel, widest)
        for flow in reversed(range(config.flows)):
            # Early outputs lie before the channels of this flow, and join them at their flow.
            x = audio[..., config.groups - config.channels(flow) :]
            kept, changed = x.chunk(2, 2)
            source = with_ones(kept).to(self.dtype)
            shift, log_scale = self.networks[flow](source, columns).float().chunk(2, 2)
            changed.sub_(shift).mul_(torch.exp(-log_scale))
            x.copy_(x @ self.unmixings[flow])
        return audio.flatten(1)


def with_ones(half: Tensor) -> Tensor:
    """(B, T, H) with a one beside each, (B, T, H + 1)."""
    return torch.cat([half, torch.ones_like(half[..., :1])], 2)
