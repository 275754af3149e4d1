"""An LSTM layer over inputs that are all known, with dropout between its steps, and its cell.

Shapes: S steps, B clips, H hidden; gates are 4 H wide: input, forget, cell and output gate.
"""

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from .autograd import AutogradContext
from .products import Product

CHUNK = 16
"""Steps whose elementwise work the backward pass does at once: about what a cache holds."""


def cell_forward(gates: Tensor, cell: Tensor, new_cell: Tensor) -> Tensor:
    """The hidden state (B, H); activates `gates` (B, 4 H) in place and writes `new_cell`."""
    size = cell.shape[1]
    gates[:, : 2 * size].sigmoid_()
    gates[:, 3 * size :].sigmoid_()
    input_gate, forget_gate, candidate, output_gate = gates.chunk(4, 1)
    torch.mul(forget_gate, cell, out=new_cell).addcmul_(input_gate, candidate.tanh_())
    return torch.tanh(new_cell).mul_(output_gate)


def cell_derivatives(
    gates: Tensor, cells: Tensor, previous: Tensor, factors: Tensor | None
) -> tuple[Tensor, Tensor]:
    """The local derivatives of the LSTM cell, for many steps at once.

    Takes activated gates (C, B, 4 H) and the new and previous cells, (C, B, H). Returns the
    derivatives of the cell by its first three gates and of the dropped-out hidden state by the
    fourth, (C, B, 4 H), and of the dropped-out hidden state by the cell, (C, B, H).
    """
    input_gate, forget_gate, candidate, output_gate = gates.chunk(4, 2)
    activation = torch.tanh(cells)
    by_cell = output_gate * (1 - activation.square())
    by_output = activation * output_gate * (1 - output_gate)
    if factors is not None:
        by_cell, by_output = by_cell * factors, by_output * factors
    by_gates = (
        candidate * input_gate * (1 - input_gate),
        previous * forget_gate * (1 - forget_gate),
        input_gate * (1 - candidate.square()),
    )
    return torch.cat([*by_gates, by_output], 2), by_cell


def cell_backward(
    hidden_grad: Tensor, cell_grad: Tensor, by_cell: Tensor, forget_gate: Tensor, by_gates: Tensor
) -> Tensor:
    """The gates' gradient, written over `by_gates`; `cell_grad` becomes the previous cell's."""
    size = cell_grad.shape[1]
    cell_grad.addcmul_(hidden_grad, by_cell)
    by_gates[:, : 3 * size].unflatten(1, (3, size)).mul_(cell_grad[:, None])
    by_gates[:, 3 * size :].mul_(hidden_grad)
    cell_grad.mul_(forget_gate)
    return by_gates


class DropoutLstm(Function):
    """All hidden states (S, B, H), after dropout, from the input share of the gates.

    inputs: (S, B, 4 H), with the biases; weight: (4 H, H); factors: (S, B, H) or None. States are
    float32 at least, products in the type of the inputs.
    """

    @staticmethod
    def forward(
        ctx: AutogradContext, inputs: Tensor, weight: Tensor, factors: Tensor | None, keep: bool
    ) -> Tensor:
        """`keep` is false where no backward pass will follow."""
        steps, batch, width = inputs.shape
        size, product, slots = width // 4, Product(weight, batch), steps if keep else 1
        state_dtype = torch.promote_types(inputs.dtype, torch.float32)
        hiddens = inputs.new_zeros(steps + 1, batch, size)
        gates = inputs.new_empty(slots, batch, width, dtype=state_dtype)
        cells = inputs.new_zeros(slots + 1, batch, size, dtype=state_dtype)
        for step in range(steps):
            slot = step % slots
            gate = gates[slot].copy_(product(hiddens[step], inputs[step]))
            hidden = cell_forward(gate, cells[slot], cells[slot + 1])
            hiddens[step + 1] = hidden if factors is None else hidden.mul_(factors[step])
            if not keep:
                cells[0] = cells[1]
        if keep:
            ctx.save_for_backward(weight, factors, hiddens, gates, cells)
        return hiddens[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: AutogradContext, grad: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of inputs and weight."""
        weight, factors, hiddens, gates, cells = ctx.saved_tensors
        steps, batch, width = gates.shape
        size, product = width // 4, Product(weight.t().contiguous(), batch)
        gate_grads = torch.empty_like(gates, dtype=weight.dtype)
        cell_grad = torch.zeros_like(cells[0])
        for end in range(steps, 0, -CHUNK):
            part = slice(max(0, end - CHUNK), end)
            after = cells[part.start + 1 : end + 1]
            dropout = None if factors is None else factors[part]
            by_gates, by_cell = cell_derivatives(gates[part], after, cells[part], dropout)
            for step in range(end - 1, part.start - 1, -1):
                here, forget_gate = step - part.start, gates[step, :, size : 2 * size]
                hidden = grad[step]
                if step + 1 < steps:
                    hidden = product(gate_grads[step + 1], hidden)
                hidden = hidden.to(gates.dtype)
                gate_grads[step] = cell_backward(
                    hidden, cell_grad, by_cell[here], forget_gate, by_gates[here]
                )
        weight_grad = None
        if ctx.needs_input_grad[1]:
            weight_grad = gate_grads.flatten(0, 1).t() @ hiddens[:-1].flatten(0, 1)
        return gate_grads, weight_grad, None, None
