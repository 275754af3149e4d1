"""The network of a WaveGlow's flow with its way back, of which only little is kept.

Of each layer its input and the two bent halves; the rest is done again. Gradients of the weights
are one product over all places each, those of the conditions one over all layers. For the shapes
see network.py.
"""

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import FunctionCtx, once_differentiable

from .network import Activated, Folded, Network, Surroundings, folded, spread
from .products import Product


class Transformed(Function):
    """Shift and log scale, (B, T, 2·H), of (B, T, H + 1), the half and a one.

    Then come the conditions (B, T, E), the kernel and what `Folded.tensors` gives, all in one type.
    """

    @staticmethod
    def forward(
        ctx: FunctionCtx,
        keep: bool,
        source: Tensor,
        conditions: Tensor,
        kernel: int,
        *tensors: Tensor,
    ) -> Tensor:
        """`keep` is false where no backward pass will follow."""
        weights = folded(list(tensors))
        kept: list[Activated] | None = [] if keep else None
        seen = Surroundings(conditions, kernel, max(weights.start.shape))
        out = Network(weights, source.shape[0] * source.shape[1])(source, seen, kept)
        if kept is not None:
            ctx.kernel = kernel
            ctx.save_for_backward(conditions, *tensors, *(one for layer in kept for one in layer))
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, out_grad: Tensor):
        """The gradients of the half, the conditions and the weights."""
        conditions, *saved = ctx.saved_tensors
        count = len(ctx.needs_input_grad) - 4
        weights, rest = folded(saved[:count]), saved[count:]
        layers = [Activated(*rest[at : at + 3]) for at in range(0, len(rest), 3)]
        back = WayBack(weights, layers, ctx.kernel, out_grad.flatten(0, 1))
        source_grad = back.run().view(layers[0].source.shape)
        conditions_grad, weight_grads = None, back.weights(conditions.flatten(0, 1))
        if ctx.needs_input_grad[2]:
            conditions_grad = (back.bent_grads @ weights.told).view(conditions.shape)
        return None, source_grad, conditions_grad, None, *weight_grads.tensors()


class WayBack:
    """The layers from the last to the first; the gradients of their weights gather on the way."""

    def __init__(self, weights: Folded, layers: list[Activated], kernel: int, out_grad: Tensor):
        self.given, self.layers, self.kernel, self.out_grad = weights, layers, kernel, out_grad
        rows, self.channels = layers[0].gates.shape
        # Of all that is bent, (B·T, D·2·C): what the conditions come to is one product of it.
        self.bent_grads = out_grad.new_empty(rows, len(layers) * 2 * self.channels)
        self.start_grad = torch.zeros_like(weights.start)
        self.reads: list[Tensor] = []
        self.sees: list[Tensor] = []
        self.passes: list[Tensor] = []
        self.pass_biases: list[Tensor] = []

    def run(self) -> Tensor:
        """The gradient of the half and its one, (B·T, H + 1)."""
        hidden_grad = None
        for layer in reversed(range(1, len(self.layers))):
            bent_grad = self.bent(layer, hidden_grad)
            hidden_grad = self.through(layer, bent_grad, hidden_grad)
        bent_grad, added = self.bent(0, hidden_grad), None
        if hidden_grad is not None:
            self.start_grad = hidden_grad.t() @ self.layers[0].source.flatten(0, 1)
            added = hidden_grad @ self.given.start
        return self.through(0, bent_grad, added)

    def bent(self, layer: int, hidden_grad: Tensor | None) -> Tensor:
        """The gradient of what a layer bends, (B·T, 2·C); hidden_grad is that of its output."""
        _, gates, filters = self.layers[layer]
        said, columns = gates * filters, slice(layer * self.channels, (layer + 1) * self.channels)
        said_grad = self.out_grad @ self.given.read[:, columns]
        self.reads.append(self.out_grad.t() @ said)
        if hidden_grad is not None:
            said_grad.addmm_(hidden_grad, self.given.passes[layer])
            self.passes.append(hidden_grad.t() @ said)
            self.pass_biases.append(hidden_grad.sum(0))
        bent_grad = self.bent_grads[:, 2 * columns.start : 2 * columns.stop]
        by_gates, by_filters = bent_grad.chunk(2, 1)
        torch.ops.aten.tanh_backward(said_grad * filters, gates, grad_input=by_gates)
        torch.ops.aten.sigmoid_backward(said_grad.mul_(gates), filters, grad_input=by_filters)
        return bent_grad

    def through(self, layer: int, bent_grad: Tensor, added: Tensor | None) -> Tensor:
        """The gradient of a layer's input, (B·T, channels), with what else it came to."""
        source, sees = self.layers[layer].source, self.given.sees[layer]
        self.sees.append(bent_grad.t() @ surroundings(source, self.kernel, 2**layer))
        # What sees a place from the left is on its right.
        turned = sees.unflatten(1, (self.kernel, -1)).flip(1).permute(2, 1, 0).flatten(1)
        bent_grad = bent_grad.view(*source.shape[:2], -1)
        rows = surroundings(bent_grad, self.kernel, 2**layer)
        return rows @ turned.t() if added is None else Product(turned, len(rows))(rows, added)

    def weights(self, conditions: Tensor) -> Folded:
        """The gradients of all weights; conditions: (B·T, E)."""
        return Folded(
            self.start_grad,
            self.bent_grads.t() @ conditions,
            self.bent_grads.sum(0),
            torch.cat(self.reads[::-1], 1),
            self.out_grad.sum(0),
            tuple(self.sees[::-1]),
            tuple(self.passes[::-1]),
            tuple(self.pass_biases[::-1]),
        )


def surroundings(source: Tensor, kernel: int, dilation: int) -> Tensor:
    """Each place's neighbours, (B·T, K·channels), of (B, T, channels)."""
    batch, places, channels = source.shape
    taps = source.new_empty(batch, places, kernel, channels)
    spread(source, dilation, taps)
    return taps.view(batch * places, -1)
