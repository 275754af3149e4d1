"""Optimised WaveGlow: the numbers of the plain model, in another order of operations."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from ...device import HALVES
from ...kernels.graphs import RecentlyUsed
from ...kernels.precision import autocast_dtype, autocast_to
from ..network import WN, Noise, WaveGlow, inverses, mix
from .convolutional import widen
from .recorded import Recorded
from .reversible import ReversibleFlows
from .variants import Variant, variant_for
from .wn import DilatedIm2Col, FoldedNetwork, FoldedWeights, fold
from .wn_backward import FoldedFunction

ROWS = 4096
"""Time steps that a weight is packed for: some seconds of audio."""
MOST_LENGTHS = 8
"""Lengths of which a CUDA graph is kept: each keeps the memory of a run."""


def transform(
    network: WN, half: Tensor, conditions: Tensor, variant: Variant | None = None
) -> Tensor:
    """What WN.forward returns, (B, H, T) and (B, M·G, T) to (B, 2·H, T), for training.

    Under autocast everything is in its type, the weights folded in float32 and cast once.
    """
    variant, dtype = variant or variant_for(half.device), autocast_dtype(half.device)
    dtype = dtype or network.end.weight.dtype
    kernel = network.in_layers[0].weight_v.shape[2]
    with autocast_to(None, half.device):
        weights = fold(network, dtype)
        source = with_ones(half.transpose(1, 2)).to(dtype)
        rows = conditions.transpose(1, 2).to(dtype)
        if variant.network != "packed":
            return variant.run(widen(weights), source, rows.contiguous()).transpose(1, 2)
        learning = (half, conditions, *network.parameters())
        keep = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in learning)
        out: Tensor = FoldedFunction.apply(keep, source, rows, kernel, *weights.tensors())
    return out.transpose(1, 2)


def normalise(
    model: WaveGlow,
    audio: Tensor,
    mel: Tensor,
    recompute: bool = False,
    variant: Variant | None = None,
) -> Noise:
    """What model.normalise returns, (B, L) and (B, M, F) to Noise, by the device's variant.

    With `recompute` the forward pass saves no activations: the backward pass inverts one flow
    after the other, so that memory does not grow with their number.
    """
    run = partial(transform, variant=variant)
    if not (recompute and torch.is_grad_enabled()):
        return model.normalise(audio, mel, run)
    values, *rest = ReversibleFlows.apply(model, run, audio, mel, *model.parameters())
    flows = model.config.flows
    return Noise(values, tuple(rest[:flows]), tuple(rest[flows:]))


class FastInverse:
    """Makes audio from noise as model.inverse does, with weights that are folded once.

    Make a new one after training. precision: fp32, or bf16 or fp16 for the products; scaling
    and mixing between the networks is always float32. variant: by default the device's.
    """

    @torch.no_grad()
    def __init__(self, model: WaveGlow, precision: str = "fp32", variant: Variant | None = None):
        self.model, self.dtype = model, HALVES.get(precision, torch.float32)
        self.variant = variant or variant_for(model.upsample.weight.device)
        self.packed: list[FoldedNetwork] = []
        self.weights: list[FoldedWeights] = []
        for network in model.WN:
            weights = fold(network, self.dtype)
            if self.variant.network == "packed":
                self.packed.append(FoldedNetwork(weights, ROWS))
            else:
                self.weights.append(widen(weights))
        self.unmixings = [matrix.float() for matrix in inverses(model.convinv)]
        self.lengths = RecentlyUsed[Recorded](MOST_LENGTHS)

    @torch.no_grad()
    def __call__(self, noise: Tensor, mel: Tensor) -> Tensor:
        """(B, G, T), in the order of `forward`, and (B, M, F) to float32 samples (B, L)."""
        if not self.variant.recorded:
            return self.inverse(noise.float(), mel.float())
        recorded = self.lengths.get((noise.shape, mel.shape), lambda: Recorded(self.inverse))
        return recorded(noise.float(), mel.float())

    def inverse(self, noise: Tensor, mel: Tensor) -> Tensor:
        """See `__call__`: what a graph records, of float32 tensors."""
        config = self.model.config
        audio = noise.transpose(1, 2).clone(memory_format=torch.contiguous_format)
        samples = audio.shape[1] * audio.shape[2]
        with autocast_to(None, noise.device):
            conditions = self.model.conditions(mel, samples).transpose(1, 2)
        network = self._network(conditions)
        for flow in reversed(range(config.flows)):
            # Early outputs lie before the channels of this flow, and join them at their flow.
            x = audio[..., config.groups - config.channels(flow) :]
            kept, changed = x.chunk(2, 2)
            source = with_ones(kept).to(self.dtype)
            shift, log_scale = network(flow, source).float().chunk(2, 2)
            changed.sub_(shift).mul_(torch.exp(-log_scale))
            x.copy_(mix(self.unmixings[flow], x.transpose(1, 2)).transpose(1, 2))
        return audio.flatten(1)

    def _network(self, conditions: Tensor) -> Callable[[int, Tensor], Tensor]:
        """Runs the network of a flow, (B, T, H + 1) to (B, T, 2·H)."""
        kernel, variant = self.model.config.wn_kernel, self.variant
        if variant.network == "packed":
            widest = max(self.model.config.wn_channels, self.model.config.groups // 2 + 1)
            columns = DilatedIm2Col(conditions.to(self.dtype), kernel, widest)
            return lambda flow, source: self.packed[flow](source, columns)
        rows = conditions.to(self.dtype).contiguous()
        return lambda flow, source: variant.run(self.weights[flow], source, rows)


def with_ones(half: Tensor) -> Tensor:
    """(B, T, H) with a one beside each, (B, T, H + 1)."""
    return torch.cat([half, torch.ones_like(half[..., :1])], 2)
