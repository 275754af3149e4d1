"""The backward pass of a WaveGlow flow's network, with few activations saved.

Saved are each layer's input and its two activated halves; the rest is recomputed. Gradients of the
weights are one product over all time steps each, that of the conditions one over all layers. For
the shapes see wn.py.
"""

from typing import Protocol

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from ...kernels.autograd import AutogradContext
from ...kernels.products import Product
from .wn import (
    DilatedIm2Col,
    FoldedNetwork,
    FoldedWeights,
    LayerActivations,
    from_tensors,
    write_taps,
)


class FoldedContext(AutogradContext, Protocol):
    """What the forward pass leaves to the backward pass beside tensors."""

    kernel: int


class FoldedFunction(Function):
    """Shift and log scale, (B, T, 2·H), of (B, T, H + 1), the half and a one.

    Then come the conditions (B, T, E), the kernel and `FoldedWeights.tensors`, all in one type.
    """

    @staticmethod
    def forward(
        ctx: FoldedContext,
        keep: bool,
        source: Tensor,
        conditions: Tensor,
        kernel: int,
        *tensors: Tensor,
    ) -> Tensor:
        """`keep` is false where no backward pass will follow."""
        weights = from_tensors(list(tensors))
        saved: list[LayerActivations] | None = [] if keep else None
        columns = DilatedIm2Col(conditions, kernel, max(weights.start.shape))
        rows = source.shape[0] * source.shape[1]
        out = FoldedNetwork(weights, rows)(source, columns, saved)
        if saved is not None:
            ctx.kernel = kernel
            activations = (tensor for layer in saved for tensor in layer)
            ctx.save_for_backward(conditions, *tensors, *activations)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: FoldedContext, out_grad: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the half, the conditions and the weights."""
        conditions, *saved = ctx.saved_tensors
        count = len(ctx.needs_input_grad) - 4
        weights, rest = from_tensors(saved[:count]), saved[count:]
        layers = [LayerActivations(*rest[at : at + 3]) for at in range(0, len(rest), 3)]
        back = FoldedBackward(weights, layers, ctx.kernel, out_grad.flatten(0, 1))
        source_grad = back.run().view(layers[0].source.shape)
        conditions_grad, weight_grads = None, back.weights(conditions.flatten(0, 1))
        if ctx.needs_input_grad[2]:
            conditions_grad = (back.inner_grads @ weights.condition).view(conditions.shape)
        return None, source_grad, conditions_grad, None, *weight_grads.tensors()


class FoldedBackward:
    """The layers from the last to the first, collecting the gradients of their weights."""

    def __init__(
        self,
        weights: FoldedWeights,
        layers: list[LayerActivations],
        kernel: int,
        out_grad: Tensor,
    ):
        self.folded, self.layers, self.kernel, self.out_grad = weights, layers, kernel, out_grad
        rows, self.channels = layers[0].filters.shape
        # Of all inputs of activations, (B·T, D·2·C): the conditions' gradient is one product.
        self.inner_grads = out_grad.new_empty(rows, len(layers) * 2 * self.channels)
        self.start_grad = torch.zeros_like(weights.start)
        self.skip: list[Tensor] = []
        self.dilated: list[Tensor] = []
        self.residual: list[Tensor] = []
        self.residual_biases: list[Tensor] = []

    def run(self) -> Tensor:
        """The gradient of the half and its one, (B·T, H + 1)."""
        hidden_grad = None
        for layer in reversed(range(1, len(self.layers))):
            inner_grad = self.activation(layer, hidden_grad)
            hidden_grad = self.convolution(layer, inner_grad, hidden_grad)
        inner_grad, added = self.activation(0, hidden_grad), None
        if hidden_grad is not None:
            self.start_grad = hidden_grad.t() @ self.layers[0].source.flatten(0, 1)
            added = hidden_grad @ self.folded.start
        return self.convolution(0, inner_grad, added)

    def activation(self, layer: int, hidden_grad: Tensor | None) -> Tensor:
        """The gradient of a layer's activation inputs, (B·T, 2·C), from that of its output."""
        _, filters, gates = self.layers[layer]
        output, columns = filters * gates, slice(layer * self.channels, (layer + 1) * self.channels)
        output_grad = self.out_grad @ self.folded.skip[:, columns]
        self.skip.append(self.out_grad.t() @ output)
        if hidden_grad is not None:
            output_grad.addmm_(hidden_grad, self.folded.residual[layer])
            self.residual.append(hidden_grad.t() @ output)
            self.residual_biases.append(hidden_grad.sum(0))
        inner_grad = self.inner_grads[:, 2 * columns.start : 2 * columns.stop]
        by_filters, by_gates = inner_grad.chunk(2, 1)
        torch.ops.aten.tanh_backward(output_grad * gates, filters, grad_input=by_filters)
        torch.ops.aten.sigmoid_backward(output_grad.mul_(filters), gates, grad_input=by_gates)
        return inner_grad

    def convolution(self, layer: int, inner_grad: Tensor, added: Tensor | None) -> Tensor:
        """The gradient of a layer's input, (B·T, channels), plus that of its other uses."""
        source, weight = self.layers[layer].source, self.folded.dilated[layer]
        weight_grad = inner_grad.t() @ im2col(source, self.kernel, 2**layer)
        self.dilated.append(weight_grad.view_as(weight))
        # A transposed convolution: the kernel is flipped.
        flipped = weight.flip(1).permute(2, 1, 0).flatten(1)
        inner_grad = inner_grad.view(*source.shape[:2], -1)
        rows = im2col(inner_grad, self.kernel, 2**layer)
        return rows @ flipped.t() if added is None else Product(flipped, len(rows))(rows, added)

    def weights(self, conditions: Tensor) -> FoldedWeights:
        """The gradients of all weights; conditions: (B·T, E)."""
        return FoldedWeights(
            self.start_grad,
            self.inner_grads.t() @ conditions,
            self.inner_grads.sum(0),
            torch.cat(self.skip[::-1], 1),
            self.out_grad.sum(0),
            tuple(self.dilated[::-1]),
            tuple(self.residual[::-1]),
            tuple(self.residual_biases[::-1]),
        )


def im2col(source: Tensor, kernel: int, dilation: int) -> Tensor:
    """Each time step's neighbours, (B·T, K·channels), of (B, T, channels)."""
    batch, places, channels = source.shape
    taps = source.new_empty(batch, places, kernel, channels)
    write_taps(source, dilation, taps)
    return taps.view(batch * places, -1)
