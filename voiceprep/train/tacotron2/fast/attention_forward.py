"""The forward pass of the attention loop, step by step; for the shapes see attention.py."""

from typing import NamedTuple

import torch
from torch import Tensor

from ...kernels.graphs import Steps
from ...kernels.lstm_steps import cell_forward
from ...kernels.products import Product
from .im2col import Im2Col


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


class AttentionStates(NamedTuple):
    """What the backward pass needs of every step; what is before the first step is zero.

    outputs, context and hidden state: (S + 1, B, E + H); gates, activated: (S, B, 4 H);
    cells: (S + 1, B, H); queries: (S, B, A); weights: (S + 1, B, N).
    """

    outputs: Tensor
    gates: Tensor
    cells: Tensor
    queries: Tensor
    weights: Tensor


class AttentionForward(Steps):
    """Steps of the loop from the state in the first slots of `states` and in `windows`; see Steps.

    Without `keep`, gates, cells and queries are only the last step's.
    """

    def __init__(
        self,
        inputs: Tensor,
        weight: Tensor,
        bias: Tensor,
        factors: Tensor | None,
        attention: AttentionWeights,
        keep: bool = True,
        fixed: bool = False,
    ):
        (steps, batch, width), (_, symbols, memory) = inputs.shape, attention.values.shape
        size, values, slots = width // 4, attention.values, steps if keep else 1
        self.given, self.weight, self.factors, self.keep = inputs, weight, factors, keep
        self.attention, self.bias = attention, bias
        self.product = Product(weight, batch, fixed=fixed)
        self.states = states = AttentionStates(
            inputs.new_zeros(steps + 1, batch, memory + size),
            values.new_empty(slots, batch, width),
            values.new_zeros(slots + 1, batch, size),
            values.new_empty(slots, batch, len(attention.query)),
            values.new_zeros(steps + 1, batch, symbols),
        )
        self.windows = Im2Col((batch,), symbols, attention.location.shape[2], values)
        self.activation = torch.empty_like(attention.keys)
        self.parameters, self.inputs = (weight, bias, *attention), (inputs, factors)
        self.outputs = (
            states.outputs[1:],
            states.gates,
            states.cells[1:],
            states.queries,
            states.weights[1:],
        )
        self.state = (states.outputs[0], states.cells[0], self.windows.padded)
        self.carry = tuple((part[0], part[-1]) for part in (states.outputs, states.cells))

    def run(self) -> None:
        """All steps."""
        cells = self.states.cells
        for step in range(len(self.given)):
            self.step(step, step % len(self.states.gates))
            if not self.keep:
                cells[0] = cells[1]

    def step(self, step: int, slot: int) -> None:
        """One step; `slot` is its place in gates, cells and queries."""
        states, memory = self.states, self.attention.values.shape[2]
        product = self.product(states.outputs[step], self.given[step])
        gate = states.gates[slot].copy_(product)
        hidden = cell_forward(gate, states.cells[slot], states.cells[slot + 1])
        if self.factors is not None:
            hidden.mul_(self.factors[step])
        query = torch.mm(hidden, self.attention.query.t(), out=states.queries[slot])
        output = states.outputs[step + 1]
        output[:, :memory] = self._attend(query, states.weights[step + 1])
        output[:, memory:] = hidden

    def _attend(self, query: Tensor, weights: Tensor) -> Tensor:
        """The context (B, E); writes the weights over the text, (B, N)."""
        attention, windows, activation = self.attention, self.windows, self.activation
        keys, location = attention.keys.flatten(0, 1), attention.location.flatten(1).t()
        torch.addmm(keys, windows.gather(), location, out=activation.flatten(0, 1))
        activation.add_(query[:, None]).sigmoid_()
        energies = torch.mv(activation.flatten(0, 1), attention.energy).view_as(self.bias)
        torch.softmax(energies + self.bias, 1, out=weights)
        windows.inner[:, 0] = weights
        windows.inner[:, 1] += weights
        return torch.bmm(weights[:, None], attention.values)[:, 0]
