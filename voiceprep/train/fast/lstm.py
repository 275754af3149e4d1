"""An LSTM whose inputs are all known, with dropout between its steps, and its cell.

Shapes: S steps, B clips, H hidden; gates are 4 H wide: input, forget, cell and output gate.
"""

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import FunctionCtx, once_differentiable

from .products import Product

CHUNK = 16
"""Steps whose cheap parts are computed at once on the way back: about what a cache holds."""


def advance(gates: Tensor, cell: Tensor, new_cell: Tensor) -> Tensor:
    """The hidden state (B, H): `gates` (B, 4 H) are activated in place, `new_cell` is written."""
    size = cell.shape[1]
    gates[:, : 2 * size].sigmoid_()
    gates[:, 3 * size :].sigmoid_()
    into, kept, new, out = gates.chunk(4, 1)
    torch.mul(kept, cell, out=new_cell).addcmul_(into, new.tanh_())
    return torch.tanh(new_cell).mul_(out)


def cell_slopes(
    gates: Tensor, cells: Tensor, before: Tensor, factors: Tensor | None
) -> tuple[Tensor, Tensor]:
    """How gates and cell move what comes of them, for many steps at once.

    Of activated gates (C, B, 4 H), the cells and those before them, (C, B, H): the slopes of the
    cell by its first three gates and of the dropped hidden state by the fourth, (C, B, 4 H), and
    of the dropped hidden state by the cell, (C, B, H).
    """
    into, kept, new, out = gates.chunk(4, 2)
    bent = torch.tanh(cells)
    by_cell, by_out = out * (1 - bent.square()), bent * out * (1 - out)
    if factors is not None:
        by_cell, by_out = by_cell * factors, by_out * factors
    by_gates = (new * into * (1 - into), before * kept * (1 - kept), into * (1 - new.square()))
    return torch.cat([*by_gates, by_out], 2), by_cell


def retreat(
    hidden_grad: Tensor, cell_grad: Tensor, by_cell: Tensor, kept: Tensor, by_gates: Tensor
) -> Tensor:
    """One step back: the gates' gradient, in place of `by_gates`; `cell_grad` is moved on."""
    size = cell_grad.shape[1]
    cell_grad.addcmul_(hidden_grad, by_cell)
    by_gates[:, : 3 * size].unflatten(1, (3, size)).mul_(cell_grad[:, None])
    by_gates[:, 3 * size :].mul_(hidden_grad)
    cell_grad.mul_(kept)
    return by_gates


class DroppedLstm(Function):
    """All hidden states (S, B, H), as dropout hands them on, from what goes into the gates.

    inputs: (S, B, 4 H), with the biases; weight: (4 H, H); factors: (S, B, H) or None. States are
    float32 at least, products in the type of the inputs.
    """

    @staticmethod
    def forward(
        ctx: FunctionCtx, inputs: Tensor, weight: Tensor, factors: Tensor | None, keep: bool
    ) -> Tensor:
        """`keep` is false where no backward pass will follow."""
        steps, batch, width = inputs.shape
        size, product, held = width // 4, Product(weight, batch), steps if keep else 1
        exact = torch.promote_types(inputs.dtype, torch.float32)
        hiddens = inputs.new_zeros(steps + 1, batch, size)
        gates = inputs.new_empty(held, batch, width, dtype=exact)
        cells = inputs.new_zeros(held + 1, batch, size, dtype=exact)
        for step in range(steps):
            slot = step % held
            gate = gates[slot].copy_(product(hiddens[step], inputs[step]))
            hidden = advance(gate, cells[slot], cells[slot + 1])
            hiddens[step + 1] = hidden if factors is None else hidden.mul_(factors[step])
            if not keep:
                cells[0] = cells[1]
        if keep:
            ctx.save_for_backward(weight, factors, hiddens, gates, cells)
        return hiddens[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, grad: Tensor):
        """The gradients of inputs and weight."""
        weight, factors, hiddens, gates, cells = ctx.saved_tensors
        steps, batch, width = gates.shape
        size, product = width // 4, Product(weight.t().contiguous(), batch)
        gate_grads = torch.empty_like(gates, dtype=weight.dtype)
        cell_grad = torch.zeros_like(cells[0])
        for end in range(steps, 0, -CHUNK):
            part = slice(max(0, end - CHUNK), end)
            after = cells[part.start + 1 : end + 1]
            dropped = None if factors is None else factors[part]
            by_gates, by_cell = cell_slopes(gates[part], after, cells[part], dropped)
            for step in range(end - 1, part.start - 1, -1):
                here, kept = step - part.start, gates[step, :, size : 2 * size]
                hidden = grad[step]
                if step + 1 < steps:
                    hidden = product(gate_grads[step + 1], hidden)
                hidden = hidden.to(gates.dtype)
                gate_grads[step] = retreat(hidden, cell_grad, by_cell[here], kept, by_gates[here])
        weight_grad = None
        if ctx.needs_input_grad[1]:
            weight_grad = gate_grads.flatten(0, 1).t() @ hiddens[:-1].flatten(0, 1)
        return gate_grads, weight_grad, None, None
