"""The steps of the decoder's loops with kernels written in Triton, over fixed buffers."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ...kernels.products import Product
from ...kernels.triton_lstm import lstm_backward, lstm_forward
from .attention_backward import AttentionBackward, CellGrads, KnownSteps
from .attention_forward import AttentionForward
from .free_running import FreeRunningSteps, PackedWeights
from .triton_attention import (
    attend,
    attend_backward,
    energies,
    fold_windows,
    location_taps,
)


class TritonAttentionForward(AttentionForward):
    """Two products and three kernels for each step; see AttentionForward."""

    def __init__(self, *given: Any, **options: Any):
        super().__init__(*given, **options)
        bias = self.bias
        self.history = bias.new_zeros(len(bias), 2, bias.shape[1])
        self.hidden, self.energies = torch.empty_like(self.states.cells[0]), torch.empty_like(bias)
        self.state = (self.states.outputs[0], self.states.cells[0], self.history)

    def run(self) -> None:
        """See AttentionForward."""
        self.taps = location_taps(self.attention.location)
        super().run()

    def step(self, step: int, slot: int) -> None:
        """See AttentionForward."""
        states, attention, memory = self.states, self.attention, self.attention.values.shape[2]
        output = states.outputs[step + 1]
        lstm_forward(
            torch.mm(states.outputs[step], self.weight.t()),
            self.given[step],
            None if self.factors is None else self.factors[step],
            states.cells[slot],
            states.cells[slot + 1],
            output[:, memory:],
            states.gates[slot],
            self.hidden,
        )
        query = torch.mm(self.hidden, attention.query.t(), out=states.queries[slot])
        energies(attention.keys, query, self.history, self.taps, attention.energy, self.energies)
        weights, context = states.weights[step + 1], output[:, :memory]
        attend(self.energies, self.bias, attention.values, self.history, weights, context)


class TritonAttentionBackward(AttentionBackward):
    """Three products and three kernels for each step; see AttentionBackward."""

    def _cells(self, known: KnownSteps, factors: Tensor | None) -> CellGrads:
        def grads(step: int, here: int, hidden: Tensor) -> None:
            lstm_backward(
                hidden,
                self.cell_grad,
                known.gates[here],
                known.cells[here],
                known.previous_cells[here],
                None if factors is None else factors[here],
                self.gate_grads[step],
            )

        return grads

    def _query_grad(self, step: int, here: int, known: KnownSteps, derivatives: Tensor) -> Tensor:
        grads, query_grad = self.activation_grads[here], self.query_grads[step]
        attend_backward(
            self.context_grads[step],
            self.attention.values,
            known.weights[here],
            known.weights_grad[here],
            self.window_grad,
            derivatives,
            self.energy_grads[here],
            grads,
            query_grad,
        )
        location = self.attention.location.flatten(1)
        fold_windows(torch.mm(location.t(), grads.flatten(0, 1).t()), self.window_grad)
        return query_grad


class TritonFreeRunningSteps(FreeRunningSteps):
    """Four kernels for each step beside its products and the prenet; see FreeRunningSteps."""

    def __init__(self, weights: PackedWeights, batch: int, symbols: int, steps: int):
        super().__init__(weights, batch, symbols, steps)
        self.history = self.bias.new_zeros(batch, 2, symbols)
        self.energies = torch.empty_like(self.bias)
        self.hidden = torch.empty_like(self.attention_cell)
        self.decoded = torch.empty_like(self.decoder_cell)
        self.context = self.attention.values.new_empty(batch, weights.memory)
        cells = (self.attention_cell, self.decoder_cell)
        self.state = (self.row, *cells, self.history, self.last)
        self.rows = (self.bias, self.attention.keys, self.attention.values, *self.state)

    @torch.no_grad()
    def run(self) -> None:
        """See FreeRunningSteps."""
        self.taps = location_taps(self.attention.location)
        super().run()

    def _cell(
        self, product: Product, read: Tensor, bias: Tensor, cell: Tensor, target: Tensor
    ) -> Tensor:
        exact = self.hidden if cell is self.attention_cell else self.decoded
        before = torch.mm(read, product.weight)
        lstm_forward(before, bias, None, cell, cell, target, None, exact)
        return exact

    def _attend(self, hidden: Tensor, weights: Tensor, target: Tensor) -> Tensor:
        attention, query = self.attention, F.linear(hidden, self.attention.query)
        energies(attention.keys, query, self.history, self.taps, attention.energy, self.energies)
        of_memory = (attention.values, self.history, weights, target, self.context)
        attend(self.energies, self.bias, *of_memory)
        return self.context
