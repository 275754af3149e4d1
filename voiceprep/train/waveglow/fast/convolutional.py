"""The network of a WaveGlow flow as plain operations that autograd and torch.compile see through.

For GPUs: few large products and no copies between them. All layers' conditions are one product, and
so are their skip connections. For the folded weights and the shapes see wn.py.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from .wn import FoldedWeights

EIGHT = 8
"""What tensor cores multiply at a time, in half precision."""

Dilated = Callable[[Tensor, Tensor, Tensor, int], Tensor]
"""A dilated convolution of (B, T, inputs) by (outputs, K, inputs), added to (B, T, outputs)."""


def by_windows(source: Tensor, weight: Tensor, added: Tensor, dilation: int) -> Tensor:
    """See Dilated: one product over the neighbours of a time step, which are gathered before."""
    batch, places, _ = source.shape
    kernel = weight.shape[1]
    padding = kernel // 2 * dilation
    padded = F.pad(source, (0, 0, padding, padding))
    taps = [padded[:, tap * dilation : tap * dilation + places] for tap in range(kernel)]
    rows = torch.cat(taps, 2).flatten(0, 1)
    product = torch.addmm(added.flatten(0, 1), rows, weight.flatten(1).t())
    return product.view(batch, places, -1)


def by_convolution(source: Tensor, weight: Tensor, added: Tensor, dilation: int) -> Tensor:
    """See Dilated: cuDNN's convolution, in the layout that its tensor cores read.

    In two dimensions, as torch copies what goes into a one-dimensional one to its own layout. The
    channels of (B, T, C) come last, and so do those of its weight: nothing is copied.
    """
    padding = (0, weight.shape[1] // 2 * dilation)
    image, kernel = (one.transpose(1, 2)[:, :, None] for one in (source, weight))
    out = F.conv2d(image, kernel, padding=padding, dilation=(1, dilation))
    return out[:, :, 0].transpose(1, 2) + added


def widen(weights: FoldedWeights) -> FoldedWeights:
    """The weights for a half, its one and both outputs filled up to the same width with zeros.

    Tensor cores want a multiple of eight, and most flows then have the same sizes: torch.compile
    makes one function for them.
    """
    outputs, inputs = len(weights.skip), weights.start.shape[1]
    width = -(-max(outputs, inputs) // EIGHT) * EIGHT
    columns, rows = (0, width - inputs), (0, width - outputs)
    first, *others = weights.dilated
    return weights._replace(
        start=F.pad(weights.start, columns),
        dilated=(F.pad(first, columns), *others),
        skip=F.pad(weights.skip, (0, 0, *rows)),
        skip_bias=F.pad(weights.skip_bias, rows),
    )


def convolve(
    weights: FoldedWeights, source: Tensor, conditions: Tensor, dilated: Dilated
) -> Tensor:
    """(B, T, W) and (B, T, E) to (B, T, W), W being the width of `widen`."""
    layers, outputs = len(weights.dilated), []
    conditioned = F.linear(conditions, weights.condition, weights.biases).chunk(layers, 2)
    hidden = F.linear(source, weights.start)
    for layer, (weight, added) in enumerate(zip(weights.dilated, conditioned, strict=True)):
        filters, gates = dilated(source, weight, added, 2**layer).chunk(2, 2)
        output = torch.tanh(filters) * torch.sigmoid(gates)
        outputs.append(output)
        if layer < layers - 1:
            residual = F.linear(output, weights.residual[layer], weights.residual_biases[layer])
            source = hidden = hidden + residual
    return F.linear(torch.cat(outputs, 2), weights.skip, weights.skip_bias)
