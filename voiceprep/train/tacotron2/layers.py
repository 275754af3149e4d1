"""Layers under the original's names, with padding kept out by a mask.

The original's Tacotron 2 lets padding into convolutions and into the statistics of batch norm.
Here a mask, (B, 1, T), keeps it out; where it is None the results are the original's.
"""

from typing import Literal

import torch
from torch import Tensor, nn

from ..tensors import exact

Gain = Literal["linear", "relu", "sigmoid", "tanh"]
"""The activation that a layer's initial weights are scaled for."""


class Linear(nn.Module):
    """A linear layer with the weights in `linear_layer`, Glorot-initialised."""

    def __init__(self, inputs: int, outputs: int, bias: bool = True, gain: Gain = "linear"):
        super().__init__()
        self.linear_layer = nn.Linear(inputs, outputs, bias)
        nn.init.xavier_uniform_(self.linear_layer.weight, nn.init.calculate_gain(gain))

    def forward(self, x: Tensor) -> Tensor:
        """(…, inputs) to (…, outputs)."""
        output: Tensor = self.linear_layer(x)
        return output


class Convolution(nn.Module):
    """A convolution that keeps the length, with the weights in `conv`, Glorot-initialised."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, bias: bool = True, gain: Gain = "linear"
    ):
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, kernel, padding=kernel // 2, bias=bias)
        nn.init.xavier_uniform_(self.conv.weight, nn.init.calculate_gain(gain))

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, T) to (B, outputs, T)."""
        output: Tensor = self.conv(x)
        return output


class MaskedBatchNorm(nn.BatchNorm1d):
    """Batch norm with statistics of the valid frames alone, over all processes together.

    Without a mask the frames of padding count too, each process's own.
    """

    # Optional in the base class; a norm built as here always has them.
    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor
    momentum: float

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """(B, C, T) normalised; a mask, (B, 1, T), is True where a frame counts."""
        if not self.training or (mask is None and not _are_several()):
            return super().forward(x)
        if mask is None:
            mask = torch.ones_like(x[:, :1], dtype=torch.bool)
        with torch.autocast(x.device.type, enabled=False):
            return self._normalised(exact(x), mask).to(x.dtype)

    def _normalised(self, x: Tensor, mask: Tensor) -> Tensor:
        count = _sum_over_processes(mask.sum().to(x.dtype))
        mean = _sum_over_processes((x * mask).sum((0, 2))) / count
        centred = x - mean[:, None]
        variance = _sum_over_processes((centred * mask).square().sum((0, 2))) / count
        self._update_statistics(mean.detach(), variance.detach() * count / (count - 1).clamp(min=1))
        scale = self.weight * torch.rsqrt(variance + self.eps)
        return centred * scale[:, None] + self.bias[:, None]

    @torch.no_grad()
    def _update_statistics(self, mean: Tensor, variance: Tensor) -> None:
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean.to(self.running_mean.dtype), self.momentum)
        self.running_var.lerp_(variance.to(self.running_var.dtype), self.momentum)


class ConvolutionBlock(nn.Sequential):
    """A convolution and its batch norm, named `0` and `1` as in the original."""

    def __init__(self, inputs: int, outputs: int, kernel: int, gain: Gain):
        super().__init__(Convolution(inputs, outputs, kernel, gain=gain), MaskedBatchNorm(outputs))

    @property
    def parts(self) -> tuple[Convolution, MaskedBatchNorm]:
        """The two layers."""
        convolution, norm = self
        if not (isinstance(convolution, Convolution) and isinstance(norm, MaskedBatchNorm)):
            raise TypeError("a layer of the block was replaced by one of another type")
        return convolution, norm

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """(B, inputs, T) to (B, outputs, T)."""
        convolution, norm = self.parts
        output: Tensor = norm(convolution(x if mask is None else x * mask), mask)
        return output


class _ProcessSum(torch.autograd.Function):
    """A sum over processes; the gradient of each is the sum of all processes' gradients."""

    @staticmethod
    def forward(ctx: object, value: Tensor) -> Tensor:  # noqa: ARG004 (torch hands it over)
        total = value.clone()
        torch.distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: object, gradient: Tensor) -> Tensor:
        return _ProcessSum.forward(ctx, gradient)


def _sum_over_processes(value: Tensor) -> Tensor:
    """The sum over all processes of a run, differentiable; the value itself for one process."""
    if not _are_several():
        return value
    total: Tensor = _ProcessSum.apply(value)
    return total


def _are_several() -> bool:
    """Whether the run has several processes."""
    group = torch.distributed
    return group.is_available() and group.is_initialized() and group.get_world_size() > 1
