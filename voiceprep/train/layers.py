"""Layers under the original's names, whose padding touches nothing.

The original's Tacotron 2 lets padding into convolutions and into the statistics of batch norm.
Here a mask, (B, 1, T), keeps it out; where it is None the sums are the original's.
"""

from typing import Any

import torch
from torch import Tensor, nn


class Linear(nn.Module):
    """A linear layer with the weights in `linear_layer`, drawn after Glorot."""

    def __init__(self, inputs: int, outputs: int, bias: bool = True, gain: str = "linear"):
        super().__init__()
        self.linear_layer = nn.Linear(inputs, outputs, bias)
        nn.init.xavier_uniform_(self.linear_layer.weight, nn.init.calculate_gain(gain))

    def forward(self, x: Tensor) -> Tensor:
        """(…, inputs) to (…, outputs)."""
        return self.linear_layer(x)


class Convolution(nn.Module):
    """A convolution that keeps the length, with the weights in `conv`, drawn after Glorot."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, bias: bool = True, gain: str = "linear"
    ):
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, kernel, padding=kernel // 2, bias=bias)
        nn.init.xavier_uniform_(self.conv.weight, nn.init.calculate_gain(gain))

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, T) to (B, outputs, T)."""
        return self.conv(x)


class MaskedBatchNorm(nn.BatchNorm1d):
    """Batch norm whose statistics come from the valid places alone, of all processes together."""

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """(B, C, T) normalised; a mask, (B, 1, T), is True where a place counts."""
        if mask is None or not self.training:
            return super().forward(x)
        with torch.autocast(x.device.type, enabled=False):
            return self._normalised(exact(x), mask).to(x.dtype)

    def _normalised(self, x: Tensor, mask: Tensor) -> Tensor:
        count = _over_processes(mask.sum().to(x.dtype))
        mean = _over_processes((x * mask).sum((0, 2))) / count
        centred = x - mean[:, None]
        variance = _over_processes((centred * mask).square().sum((0, 2))) / count
        self._remember(mean.detach(), variance.detach() * count / (count - 1).clamp(min=1))
        scale = self.weight * torch.rsqrt(variance + self.eps)
        return centred * scale[:, None] + self.bias[:, None]

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean.to(self.running_mean.dtype), self.momentum)
        self.running_var.lerp_(variance.to(self.running_var.dtype), self.momentum)


class ConvolutionBlock(nn.Sequential):
    """A convolution and its batch norm, named `0` and `1` as in the original."""

    def __init__(self, inputs: int, outputs: int, kernel: int, gain: str):
        super().__init__(Convolution(inputs, outputs, kernel, gain=gain), MaskedBatchNorm(outputs))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """(B, inputs, T) to (B, outputs, T)."""
        convolution, norm = self
        return norm(convolution(x if mask is None else x * mask), mask)


class _Sum(torch.autograd.Function):
    """A sum over processes; what comes back to each is the sum of what came back to all."""

    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:  # noqa: ARG004
        total = value.clone()
        torch.distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return _Sum.forward(ctx, gradient)


def exact(x: Tensor) -> Tensor:
    """Half precision as float32, and all else as it is."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


def _over_processes(value: Tensor) -> Tensor:
    """The sum over all processes of a run, with its gradient; the value where there is one."""
    group = torch.distributed
    if group.is_available() and group.is_initialized() and group.get_world_size() > 1:
        return _Sum.apply(value)
    return value
