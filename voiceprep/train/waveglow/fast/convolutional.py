"""The network of a WaveGlow flow as plain operations that autograd and torch.compile see through.

For GPUs: few large products and no copies between them. All layers' conditions are one product, and
so are their skip connections. For the folded weights and the shapes see wn.py.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from .wn import FoldedWeights

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


def convolve(
    weights: FoldedWeights, kernel: int, source: Tensor, conditions: Tensor, dilated: Dilated
) -> Tensor:
    """(B, T, H + 1), the half and a one, and (B, T, E) to shift and log scale, (B, T, 2·H)."""
    layers, outputs = len(weights.dilated), []
    conditioned = F.linear(conditions, weights.condition, weights.biases).chunk(layers, 2)
    hidden = F.linear(source, weights.start)
    for layer, (weight, added) in enumerate(zip(weights.dilated, conditioned, strict=True)):
        taps = weight.unflatten(1, (kernel, -1))
        filters, gates = dilated(source, taps, added, 2**layer).chunk(2, 2)
        output = torch.tanh(filters) * torch.sigmoid(gates)
        outputs.append(output)
        if layer < layers - 1:
            weight, bias = weights.residual[layer], weights.residual_biases[layer]
            source = hidden = hidden + F.linear(output, weight, bias)
    return F.linear(torch.cat(outputs, 2), weights.skip, weights.skip_bias)
