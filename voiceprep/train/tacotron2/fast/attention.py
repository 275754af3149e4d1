"""The attention loop of a teacher-forced decoder: attention LSTM, weights, context.

Energies are v · tanh(x) in the paper. As tanh(x) = 2 σ(2 x) - 1, and as softmax ignores a
constant, they are (2 v) · σ(2 x) here, the twos being part of the parameters: σ costs a fifth.

Shapes: S steps, B clips, N symbols, E width of the memory, A of the attention, H hidden, K kernel.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from ...kernels.autograd import AutogradContext
from ...kernels.lstm import CHUNK, cell_backward, cell_derivatives, cell_forward
from ...kernels.products import Product
from .im2col import Col2Im, Im2Col


class AttentionWeights(NamedTuple):
    """The attention's parameters and memory, float32 at least; all but the values doubled.

    query: (A, H); location: (A, 2, K), convolution and dense layer in one; energy: (A,);
    keys: (B, N, A); values: (B, N, E).
    """

    query: Tensor
    location: Tensor
    energy: Tensor
    keys: Tensor
    values: Tensor


class SavedSteps(NamedTuple):
    """What the backward pass needs of every step; states before the first are zero.

    outputs, context and hidden state: (S + 1, B, E + H); gates, activated: (S, B, 4 H);
    cells: (S + 1, B, H); queries: (S, B, A); weights: (S, B, N).
    """

    outputs: Tensor
    gates: Tensor
    cells: Tensor
    queries: Tensor
    weights: Tensor


class AttentionLoop(Function):
    """Context and dropped-out hidden state of each step, (S, B, E + H), and attention weights.

    inputs: (S, B, 4 H), the prenet's share of the gates with the biases; weight: (4 H, E + H), the
    share of context and hidden state; bias: (B, N), -inf where there is no text; factors:
    (S, B, H) or None; then AttentionWeights. States, attention and sums are float32 at least, the
    LSTM's products in the type of the inputs.
    """

    @staticmethod
    def forward(
        ctx: AutogradContext,
        keep: bool,
        inputs: Tensor,
        weight: Tensor,
        bias: Tensor,
        factors: Tensor | None,
        *tensors: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """`keep` is false where no backward pass will follow."""
        attention = AttentionWeights(*tensors)
        steps = run(keep, inputs, weight, bias, factors, attention)
        if keep:
            ctx.save_for_backward(weight, factors, *attention, *steps)
        return steps.outputs[1:], steps.weights

    @staticmethod
    @once_differentiable
    def backward(
        ctx: AutogradContext, output_grad: Tensor, weights_grad: Tensor
    ) -> tuple[Tensor | None, ...]:
        """The gradients of inputs, weight and AttentionWeights."""
        weight, factors, *tensors = ctx.saved_tensors
        count = len(AttentionWeights._fields)
        attention, steps = AttentionWeights(*tensors[:count]), SavedSteps(*tensors[count:])
        back = AttentionBackward(weight, attention, steps, factors)
        for end in range(len(weights_grad), 0, -CHUNK):
            back.chunk(slice(max(0, end - CHUNK), end), output_grad, weights_grad)
        _, _, needs_weight, _, _, *needed = ctx.needs_input_grad
        weight_grad = back.weight() if needs_weight else None
        return None, back.gate_grads, weight_grad, None, None, *back.attention_grads(needed)


def run(
    keep: bool,
    inputs: Tensor,
    weight: Tensor,
    bias: Tensor,
    factors: Tensor | None,
    attention: AttentionWeights,
) -> SavedSteps:
    """All steps; without `keep`, gates, cells and queries are only the last one's."""
    (steps, batch, width), (_, symbols, memory) = inputs.shape, attention.values.shape
    size, values, product = width // 4, attention.values, Product(weight, batch)
    slots = steps if keep else 1
    saved = SavedSteps(
        inputs.new_zeros(steps + 1, batch, memory + size),
        values.new_empty(slots, batch, width),
        values.new_zeros(slots + 1, batch, size),
        values.new_empty(slots, batch, len(attention.query)),
        values.new_empty(steps, batch, symbols),
    )
    windows = Im2Col((batch,), symbols, attention.location.shape[2], values)
    location, keys = attention.location.flatten(1).t(), attention.keys.flatten(0, 1)
    activation = torch.empty_like(attention.keys)
    for step in range(steps):
        slot = step % slots
        gate = saved.gates[slot].copy_(product(saved.outputs[step], inputs[step]))
        hidden = cell_forward(gate, saved.cells[slot], saved.cells[slot + 1])
        if factors is not None:
            hidden.mul_(factors[step])
        query = torch.mm(hidden, attention.query.t(), out=saved.queries[slot])
        torch.addmm(keys, windows.gather(), location, out=activation.flatten(0, 1))
        activation.add_(query[:, None]).sigmoid_()
        energies = torch.mv(activation.flatten(0, 1), attention.energy).view_as(bias)
        weights = torch.softmax(energies + bias, 1, out=saved.weights[step])
        windows.inner[:, 0] = weights
        windows.inner[:, 1] += weights
        saved.outputs[step + 1, :, :memory] = torch.bmm(weights[:, None], values)[:, 0]
        saved.outputs[step + 1, :, memory:] = hidden
        if not keep:
            saved.cells[0] = saved.cells[1]
    return saved


class AttentionBackward:
    """The loop from its last step to its first, in chunks; parameter gradients come at the end."""

    def __init__(
        self,
        weight: Tensor,
        attention: AttentionWeights,
        steps: SavedSteps,
        factors: Tensor | None,
    ):
        self.attention, self.steps, self.factors = attention, steps, factors
        (count, batch, symbols), values = steps.weights.shape, attention.values
        width, _, kernel = attention.location.shape
        self.product = Product(weight.t().contiguous(), batch)
        self.windows = Im2Col((CHUNK, batch), symbols, kernel, values)
        self.col2im = Col2Im(batch, symbols, kernel, values)
        self.location = attention.location.flatten(1)
        self.flipped = attention.location.flip(2).flatten(1)
        self.cumulative = torch.cumsum(steps.weights, 0) - steps.weights
        self.activation, self.activation_grads = (
            values.new_empty(CHUNK, batch, symbols, width) for _ in range(2)
        )
        self.energy_grads = values.new_empty(CHUNK, batch, symbols)
        self.gate_grads = torch.empty_like(steps.gates, dtype=weight.dtype)
        self.context_grads = values.new_empty(count, *values.shape[::2])
        self.query_grads = torch.empty_like(steps.queries)
        self.cell_grad = torch.zeros_like(steps.cells[0])
        self.window_grad = values.new_zeros(batch, 2, symbols)
        self.energy_grad = torch.zeros_like(attention.energy)
        self.location_grad = torch.zeros_like(self.location)
        self.keys_grad = torch.zeros_like(attention.keys)

    def chunk(self, part: slice, output_grad: Tensor, weights_grad: Tensor) -> None:
        """Some steps: what only depends on known states at once, the rest one by one."""
        steps, count = self.steps, part.stop - part.start
        after = steps.cells[part.start + 1 : part.stop + 1]
        dropout = None if self.factors is None else self.factors[part]
        by_gates, by_cell = cell_derivatives(steps.gates[part], after, steps.cells[part], dropout)
        windows, activation = self._recompute(part)
        derivatives = (activation * (1 - activation)).mul_(self.attention.energy)
        size = by_cell.shape[2]
        for step in range(part.stop - 1, part.start - 1, -1):
            here, total = step - part.start, output_grad[step]
            if step + 1 < len(steps.gates):
                total = self.product(self.gate_grads[step + 1], total)
            total = total.to(by_cell.dtype)
            self.context_grads[step] = context = total[:, :-size]
            query = self._query_grad(step, here, context, weights_grad[step], derivatives[here])
            hidden = torch.addmm(total[:, -size:], query, self.attention.query)
            forget_gate = steps.gates[step, :, size : 2 * size]
            self.gate_grads[step] = cell_backward(
                hidden, self.cell_grad, by_cell[here], forget_gate, by_gates[here]
            )
        grads = self.activation_grads[:count]
        self.energy_grad += self.energy_grads[:count].flatten() @ activation.flatten(0, 2)
        self.location_grad += grads.flatten(0, 2).t() @ windows
        self.keys_grad += grads.sum(0)

    def _recompute(self, part: slice) -> tuple[Tensor, Tensor]:
        """The windows (C B N, 2 K) and σ (C, B, N, A) of some steps of the forward pass."""
        count, inner = part.stop - part.start, self.windows.inner
        inner[:count, :, 1] = self.cumulative[part]
        first = int(part.start == 0)
        inner[first:count, :, 0] = self.steps.weights[part.start - 1 + first : part.stop - 1]
        inner[:first, :, 0] = 0
        activation = self.activation[:count]
        windows = self.windows.gather()[: activation[..., 0].numel()]
        torch.mm(windows, self.location.t(), out=activation.flatten(0, 2))
        activation.add_(self.attention.keys).add_(self.steps.queries[part][:, :, None]).sigmoid_()
        return windows, activation

    def _query_grad(
        self, step: int, here: int, context: Tensor, weights_grad: Tensor, derivatives: Tensor
    ) -> Tensor:
        """The query's gradient (B, A), through weights, softmax, energies and activation."""
        weights = self.steps.weights[step]
        scaled = weights_grad + self.window_grad.sum(1)
        scaled += torch.bmm(context[:, None], self.attention.values.transpose(1, 2))[:, 0]
        scaled *= weights
        energies = torch.addcmul(scaled, weights, scaled.sum(1, True), value=-1)
        self.energy_grads[here] = energies
        activation_grad = torch.mul(
            energies[..., None], derivatives, out=self.activation_grads[here]
        )
        window_grad = self.col2im.gather(activation_grad.flatten(0, 1) @ self.flipped)
        window_grad[:, 1] += self.window_grad[:, 1]
        self.window_grad = window_grad
        return torch.sum(activation_grad, 1, out=self.query_grads[step])

    def weight(self) -> Tensor:
        """The gradient of the LSTM's weight."""
        return self.gate_grads.flatten(0, 1).t() @ self.steps.outputs[:-1].flatten(0, 1)

    def attention_grads(self, needed: Sequence[bool]) -> tuple[Tensor | None, ...]:
        """The gradients of AttentionWeights, where needed, each one product over all steps."""
        steps, memory = self.steps, self.attention.values.shape[2]
        grads = (
            lambda: _over_steps(self.query_grads, steps.outputs[1:, :, memory:]),
            lambda: self.location_grad.view_as(self.attention.location),
            lambda: self.energy_grad,
            lambda: self.keys_grad,
            lambda: torch.bmm(steps.weights.permute(1, 2, 0), self.context_grads.transpose(0, 1)),
        )
        return tuple(grad() if need else None for grad, need in zip(grads, needed, strict=True))


def _over_steps(grads: Tensor, states: Tensor) -> Tensor:
    """(S, B, X) and (S, B, Y) to (X, Y)."""
    return grads.flatten(0, 1).t() @ states.flatten(0, 1).to(grads.dtype)
