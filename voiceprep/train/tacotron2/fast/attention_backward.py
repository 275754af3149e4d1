"""The backward pass of the attention loop, step by step; for the shapes see attention.py.

Parameters' gradients are sums over a few steps at a time, or come at the end.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from ...kernels.graphs import Steps
from ...kernels.lstm_steps import BLOCK, cell_backward, cell_derivatives
from ...kernels.products import Product
from .attention_forward import AttentionWeights
from .im2col import Col2Im, Im2Col


class KnownSteps(NamedTuple):
    """What is known of every step before the backward pass, (S, …) each; see AttentionStates.

    `previous_…` are those before each step, cumulative the sum of all weights before it.
    """

    gates: Tensor
    cells: Tensor
    previous_cells: Tensor
    queries: Tensor
    weights: Tensor
    previous_weights: Tensor
    cumulative: Tensor
    output_grad: Tensor
    weights_grad: Tensor


CellGrads = Callable[[int, int, Tensor], None]
"""Of a step, its place in its block, and the gradient of its hidden state."""


class AttentionBackward(Steps):
    """Steps of the loop from the last to the first; see Steps.

    gate_grads: (S + 1, B, 4 H), the last slot being the step after these; context_grads: (S, B, E);
    query_grads: (S, B, A). energy_grad, location_grad and keys_grad are sums over the steps.
    """

    def __init__(
        self,
        weight: Tensor,
        attention: AttentionWeights,
        known: KnownSteps,
        factors: Tensor | None,
        fixed: bool = False,
    ):
        self.attention, self.known, self.factors = attention, known, factors
        (count, batch, symbols), values = known.weights.shape, attention.values
        width, _, kernel = attention.location.shape
        block = min(BLOCK, count)
        self.product = Product(weight.t(), batch, fixed=fixed)
        self.windows = Im2Col((block, batch), symbols, kernel, values)
        self.col2im = Col2Im(batch, symbols, kernel, values)
        self.activation, self.activation_grads = (
            values.new_empty(block, batch, symbols, width) for _ in range(2)
        )
        self.energy_grads = values.new_empty(block, batch, symbols)
        gates = known.gates
        self.gate_grads = gates.new_zeros(count + 1, *gates.shape[1:], dtype=weight.dtype)
        self.context_grads = values.new_empty(count, *values.shape[::2])
        self.query_grads = torch.empty_like(known.queries)
        self.cell_grad = torch.zeros_like(known.cells[0])
        self.window_grad = values.new_zeros(batch, 2, symbols)
        self.energy_grad = torch.zeros_like(attention.energy)
        self.location_grad = torch.zeros_like(attention.location)
        self.keys_grad = torch.zeros_like(attention.keys)
        self.parameters, self.inputs = (weight, *attention), (*known, factors)
        self.outputs = (self.gate_grads[:-1], self.context_grads, self.query_grads)
        self.sums = (self.energy_grad, self.location_grad, self.keys_grad)
        self.state = (self.gate_grads[-1], self.cell_grad, self.window_grad, *self.sums)
        self.carry = ((self.gate_grads[-1], self.gate_grads[0]),)

    def run(self) -> None:
        """All steps, in blocks."""
        count = len(self.known.gates)
        self.flipped = self.attention.location.flip(2).flatten(1)
        for start in reversed(range(0, count, BLOCK)):
            self._block(slice(start, min(start + BLOCK, count)))

    def _block(self, part: slice) -> None:
        """A few steps: what only depends on known states at once, the rest one by one."""
        known, count = KnownSteps(*(values[part] for values in self.known)), part.stop - part.start
        windows, activation = self._recompute(known)
        energy = self.attention.energy.expand_as(activation)
        derivatives = torch.ops.aten.sigmoid_backward(energy, activation)
        cells = self._cells(known, None if self.factors is None else self.factors[part])
        size = self.cell_grad.shape[1]
        for here in range(count - 1, -1, -1):
            step = part.start + here
            total = self.product(self.gate_grads[step + 1], known.output_grad[here])
            self.context_grads[step] = total[:, :-size]
            hidden = total[:, -size:].to(self.cell_grad.dtype)
            query = self._query_grad(step, here, known, derivatives[here])
            cells(step, here, hidden.addmm_(query, self.attention.query))
        grads = self.activation_grads[:count]
        # A product for each clip: a GPU would compute one for all symbols on a few of its units.
        energy_grads = self.energy_grads[:count].flatten(0, 1)[:, None]
        self.energy_grad += torch.bmm(energy_grads, activation.flatten(0, 1)).sum((0, 1))
        self.location_grad.flatten(1).add_(grads.flatten(0, 2).t() @ windows)
        self.keys_grad += grads.sum(0)

    def _cells(self, known: KnownSteps, factors: Tensor | None) -> CellGrads:
        """The gradients of the gates of a few steps, one by one, from those of hidden states."""
        states = (known.gates, known.cells, known.previous_cells)
        by_gates, by_cell = cell_derivatives(*states, factors)
        size = self.cell_grad.shape[1]

        def grads(step: int, here: int, hidden: Tensor) -> None:
            forget_gate = known.gates[here, :, size : 2 * size]
            self.gate_grads[step] = cell_backward(
                hidden, self.cell_grad, by_cell[here], forget_gate, by_gates[here]
            )

        return grads

    def _recompute(self, known: KnownSteps) -> tuple[Tensor, Tensor]:
        """The windows (C B N, 2 K) and σ (C, B, N, A) of some steps of the forward pass."""
        count, inner = len(known.weights), self.windows.inner
        inner[:count, :, 0] = known.previous_weights
        inner[:count, :, 1] = known.cumulative
        activation = self.activation[:count]
        windows = self.windows.gather()[: activation[..., 0].numel()]
        location = self.attention.location.flatten(1).t()
        torch.add(self.attention.keys, known.queries[:, :, None], out=activation)
        activation.flatten(0, 2).addmm_(windows, location)
        activation.sigmoid_()
        return windows, activation

    def _query_grad(self, step: int, here: int, known: KnownSteps, derivatives: Tensor) -> Tensor:
        """The query's gradient (B, A), through weights, softmax, energies and activation."""
        weights, context_grad = known.weights[here], self.context_grads[step]
        scaled = known.weights_grad[here] + self.window_grad.sum(1)
        scaled += torch.bmm(context_grad[:, None], self.attention.values.transpose(1, 2))[:, 0]
        scaled *= weights
        energies = torch.addcmul(scaled, weights, scaled.sum(1, True), value=-1)
        self.energy_grads[here] = energies
        activation_grad = torch.mul(
            energies[..., None], derivatives, out=self.activation_grads[here]
        )
        window_grad = self.col2im.gather(activation_grad.flatten(0, 1) @ self.flipped)
        self.window_grad[:, 0] = window_grad[:, 0]
        self.window_grad[:, 1] += window_grad[:, 1]
        return torch.sum(activation_grad, 1, out=self.query_grads[step])
