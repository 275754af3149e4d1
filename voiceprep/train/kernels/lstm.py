"""An LSTM layer over inputs that are all known, with dropout between its steps.

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
from .graphs import KEPT_SIZES, RecentlyUsed, StepGraph, buffer_like, first_that_runs, key_of
from .lstm_steps import LstmBackward, LstmForward
from .triton_kernels import chosen


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


# For the sizes that came last: batches of a few sizes come again and again.
_FORWARD: RecentlyUsed[StepGraph[LstmForward]] = RecentlyUsed(KEPT_SIZES)
_BACKWARD: RecentlyUsed[StepGraph[LstmBackward]] = RecentlyUsed(KEPT_SIZES)


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
    def make() -> StepGraph[LstmForward]:
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

    def make() -> StepGraph[LstmBackward]:
        gates, cells, previous, grad = (buffer_like(value, chunk_steps) for value in known)
        dropout, fixed = buffer_like(factors, chunk_steps), torch.zeros_like(weight)
        buffers = (fixed, gates, cells, previous, grad, dropout)
        return first_that_runs([partial(kind, *buffers, fixed=True) for kind in kinds])

    kinds = [kind for _, kind in _kinds(weight.device)]
    chunk = _BACKWARD.get((*kinds, key_of(chunk_steps, weight[None], *known, factors)), make)
    gate_grads = torch.empty_like(known[0], dtype=weight.dtype)
    chunk.sequence((weight,), (*known, factors), (gate_grads,), reverse=True)
    return gate_grads
