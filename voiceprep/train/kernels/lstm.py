"""An LSTM layer over inputs that are all known, with dropout between its steps, and its cell.

All steps are one run over buffers as long as the sequence, or runs over fixed buffers of a few
steps, which are CUDA graphs on a GPU. Both compute the same numbers.

Shapes: S steps, B clips, H hidden; gates are 4 H wide: input, forget, cell and output gate.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple, Protocol

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from .autograd import AutogradContext
from .graphs import KEPT_SIZES, Chunk, RecentlyUsed, Steps, buffer_like, first_that_runs, key_of
from .products import Product
from .triton_kernels import chosen

BLOCK = 16
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


class LstmContext(AutogradContext, Protocol):
    """What the forward pass leaves to the backward pass beside tensors."""

    chunk_steps: int


class LstmStates(NamedTuple):
    """What the backward pass needs of every step; states before the first are zero.

    hiddens: (S + 1, B, H), after dropout; gates, activated: (S, B, 4 H); cells: (S + 1, B, H).
    """

    hiddens: Tensor
    gates: Tensor
    cells: Tensor


class DropoutLstm(Function):
    """All hidden states (S, B, H), after dropout, from the input share of the gates.

    inputs: (S, B, 4 H), with the biases; weight: (4 H, H); factors: (S, B, H) or None. States are
    float32 at least, products in the type of the inputs.
    """

    @staticmethod
    def forward(
        ctx: LstmContext,
        inputs: Tensor,
        weight: Tensor,
        factors: Tensor | None,
        keep: bool,
        chunk_steps: int,
    ) -> Tensor:
        """`keep` is false where no backward pass will follow.

        chunk_steps: the steps of a run over fixed buffers, a multiple of BLOCK; 0: all in one run.
        """
        if chunk_steps:
            saved = _forward_in_chunks(inputs, weight, factors, keep, chunk_steps)
        else:
            steps = LstmForward(inputs, weight, factors, keep)
            steps.run()
            saved = LstmStates(steps.hiddens, steps.gates, steps.cells)
        if keep:
            ctx.chunk_steps = chunk_steps
            ctx.save_for_backward(weight, factors, *saved)
        return saved.hiddens[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: LstmContext, grad: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of inputs and weight."""
        weight, factors, hiddens, gates, cells = ctx.saved_tensors
        known = (gates, cells[1:], cells[:-1], grad)
        if ctx.chunk_steps:
            gate_grads = _backward_in_chunks(weight, known, factors, ctx.chunk_steps)
        else:
            back = LstmBackward(weight, *known, factors)
            back.run()
            gate_grads = back.gate_grads[:-1]
        weight_grad = None
        if ctx.needs_input_grad[1]:
            weight_grad = gate_grads.flatten(0, 1).t() @ hiddens[:-1].flatten(0, 1)
        return gate_grads, weight_grad, None, None, None


class LstmForward(Steps):
    """Steps of the layer from the state in the first slots of `hiddens` and `cells`; see Steps.

    Without `keep`, gates and cells are only the last step's.
    """

    def __init__(
        self,
        inputs: Tensor,
        weight: Tensor,
        factors: Tensor | None,
        keep: bool = True,
        fixed: bool = False,
    ):
        steps, batch, width = inputs.shape
        size, slots = width // 4, steps if keep else 1
        self.given, self.weight, self.factors, self.keep = inputs, weight, factors, keep
        self.product = Product(weight, batch, fixed=fixed)
        state_dtype = torch.promote_types(inputs.dtype, torch.float32)
        self.hiddens = inputs.new_zeros(steps + 1, batch, size)
        self.gates = inputs.new_empty(slots, batch, width, dtype=state_dtype)
        self.cells = inputs.new_zeros(slots + 1, batch, size, dtype=state_dtype)
        self.parameters, self.inputs = (weight,), (inputs, factors)
        self.outputs = (self.hiddens[1:], self.gates, self.cells[1:])
        self.state = (self.hiddens[0], self.cells[0])
        self.carry = ((self.hiddens[0], self.hiddens[-1]), (self.cells[0], self.cells[-1]))

    def run(self) -> None:
        """All steps."""
        for step in range(len(self.given)):
            self.step(step, step % len(self.gates))
            if not self.keep:
                self.cells[0] = self.cells[1]

    def step(self, step: int, slot: int) -> None:
        """One step; `slot` is its place in gates and cells."""
        product = self.product(self.hiddens[step], self.given[step])
        gate = self.gates[slot].copy_(product)
        hidden = cell_forward(gate, self.cells[slot], self.cells[slot + 1])
        factors = self.factors
        self.hiddens[step + 1] = hidden if factors is None else hidden.mul_(factors[step])


class LstmBackward(Steps):
    """Steps of the layer from the last to the first; see Steps.

    gates, activated: (S, B, 4 H); cells, and those before each step: (S, B, H); grad: (S, B, H).
    gate_grads: (S + 1, B, 4 H), the last slot being the step after these; cell_grad: (B, H), of the
    last cell, and after the run of the cell before the first.
    """

    def __init__(
        self,
        weight: Tensor,
        gates: Tensor,
        cells: Tensor,
        previous: Tensor,
        grad: Tensor,
        factors: Tensor | None,
        fixed: bool = False,
    ):
        steps, batch, width = gates.shape
        self.gates, self.cells, self.previous = gates, cells, previous
        self.grad, self.factors = grad, factors
        self.product = Product(weight.t(), batch, fixed=fixed)
        self.gate_grads = gates.new_zeros(steps + 1, batch, width, dtype=weight.dtype)
        self.cell_grad = torch.zeros_like(cells[0])
        self.parameters, self.inputs = (weight,), (gates, cells, previous, grad, factors)
        self.outputs = (self.gate_grads[:-1],)
        self.state = (self.gate_grads[-1], self.cell_grad)
        self.carry = ((self.gate_grads[-1], self.gate_grads[0]),)

    def run(self) -> None:
        """All steps, in blocks."""
        for start in reversed(range(0, len(self.gates), BLOCK)):
            self._block(slice(start, min(start + BLOCK, len(self.gates))))

    def _block(self, part: slice) -> None:
        """A few steps: what only depends on known states at once, the rest one by one."""
        gates, size = self.gates[part], self.cell_grad.shape[1]
        dropout = None if self.factors is None else self.factors[part]
        known = (gates, self.cells[part], self.previous[part], dropout)
        by_gates, by_cell = cell_derivatives(*known)
        for step in range(part.stop - 1, part.start - 1, -1):
            here = step - part.start
            hidden = self.product(self.gate_grads[step + 1], self.grad[step]).to(gates.dtype)
            forget_gate = gates[here, :, size : 2 * size]
            self.gate_grads[step] = cell_backward(
                hidden, self.cell_grad, by_cell[here], forget_gate, by_gates[here]
            )


# For the sizes that came last: batches of a few sizes come again and again.
_FORWARD: RecentlyUsed[Chunk[LstmForward]] = RecentlyUsed(KEPT_SIZES)
_BACKWARD: RecentlyUsed[Chunk[LstmBackward]] = RecentlyUsed(KEPT_SIZES)


def _kinds(device: torch.device) -> list[tuple[type[LstmForward], type[LstmBackward]]]:
    """What runs the steps over fixed buffers on a device, the fastest first."""
    kinds: list[tuple[type[LstmForward], type[LstmBackward]]] = [(LstmForward, LstmBackward)]
    if chosen(device):
        from .triton_lstm_steps import TritonLstmBackward, TritonLstmForward

        kinds.insert(0, (TritonLstmForward, TritonLstmBackward))
    return kinds


def _forward_in_chunks(
    inputs: Tensor, weight: Tensor, factors: Tensor | None, keep: bool, chunk_steps: int
) -> LstmStates:
    def make() -> Chunk[LstmForward]:
        given, dropout = buffer_like(inputs, chunk_steps), buffer_like(factors, chunk_steps)
        fixed = torch.zeros_like(weight)
        return first_that_runs([partial(kind, given, fixed, dropout, fixed=True) for kind in kinds])

    kinds = [kind for kind, _ in _kinds(inputs.device)]
    chunk = _FORWARD.get((*kinds, key_of(chunk_steps, inputs, factors)), make)
    count, buffers = len(inputs), chunk.steps
    hiddens = buffer_like(buffers.hiddens, count + 1)
    gates = buffer_like(buffers.gates, count if keep else 0)
    cells = buffer_like(buffers.cells, count + 1)
    kept = (gates, cells[1:]) if keep else (None, None)
    chunk.sequence((weight,), (inputs, factors), (hiddens[1:], *kept))
    return LstmStates(hiddens, gates, cells)


def _backward_in_chunks(
    weight: Tensor, known: Sequence[Tensor], factors: Tensor | None, chunk_steps: int
) -> Tensor:
    """`known`: gates, cells, those before each step, and the hidden states' gradients."""

    def make() -> Chunk[LstmBackward]:
        gates, cells, previous, grad = (buffer_like(value, chunk_steps) for value in known)
        dropout, fixed = buffer_like(factors, chunk_steps), torch.zeros_like(weight)
        buffers = (fixed, gates, cells, previous, grad, dropout)
        return first_that_runs([partial(kind, *buffers, fixed=True) for kind in kinds])

    kinds = [kind for _, kind in _kinds(weight.device)]
    chunk = _BACKWARD.get((*kinds, key_of(chunk_steps, weight[None], *known, factors)), make)
    gate_grads = torch.empty_like(known[0], dtype=weight.dtype)
    chunk.sequence((weight,), (*known, factors), (gate_grads,), reverse=True)
    return gate_grads
