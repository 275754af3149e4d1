"""The attention loop of a teacher-forced decoder: attention LSTM, weights, context.

Energies are v · tanh(x) in the paper. As tanh(x) = 2 σ(2 x) - 1, and as softmax ignores a
constant, they are (2 v) · σ(2 x) here, the twos being part of the parameters: σ costs a fifth.

All steps are one run over buffers as long as the clips, or runs over fixed buffers of a few steps,
which are CUDA graphs on a GPU. Both compute the same numbers.

Shapes: S steps, B clips, N symbols, E width of the memory, A of the attention, H hidden, K kernel.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple, Protocol

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from ...kernels.autograd import AutogradContext
from ...kernels.graphs import (
    KEPT_SIZES,
    RecentlyUsed,
    StepGraph,
    buffer_like,
    first_that_runs,
    key_of,
    note,
)
from ...kernels.triton_kernels import chosen
from .attention_backward import AttentionBackward, KnownSteps
from .attention_forward import AttentionForward, AttentionStates, AttentionWeights


class AttentionContext(AutogradContext, Protocol):
    """What the forward pass leaves to the backward pass beside tensors."""

    chunk_steps: int


class AttentionLoop(Function):
    """Context and dropped-out hidden state of each step, (S, B, E + H), and attention weights.

    inputs: (S, B, 4 H), the prenet's share of the gates with the biases; weight: (4 H, E + H), the
    share of context and hidden state; bias: (B, N), -inf where there is no text; factors:
    (S, B, H) or None; then AttentionWeights. States, attention and sums are float32 at least, the
    LSTM's products in the type of the inputs.
    """

    @staticmethod
    def forward(
        ctx: AttentionContext,
        keep: bool,
        chunk_steps: int,
        inputs: Tensor,
        weight: Tensor,
        bias: Tensor,
        factors: Tensor | None,
        *tensors: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """`keep` is false where no backward pass will follow.

        chunk_steps: the steps of a run over fixed buffers, a multiple of BLOCK; 0: all in one run.
        """
        given, attention = (inputs, weight, bias, factors), AttentionWeights(*tensors)
        if chunk_steps:
            states = _forward_in_chunks(keep, chunk_steps, *given, attention)
        else:
            steps = AttentionForward(*given, attention, keep)
            steps.run()
            states = steps.states
        if keep:
            ctx.chunk_steps = chunk_steps
            ctx.save_for_backward(weight, factors, *attention, *states)
        return states.outputs[1:], states.weights[1:]

    @staticmethod
    @once_differentiable
    def backward(
        ctx: AttentionContext, output_grad: Tensor, weights_grad: Tensor
    ) -> tuple[Tensor | None, ...]:
        """The gradients of inputs, weight and AttentionWeights."""
        weight, factors, *tensors = ctx.saved_tensors
        count = len(AttentionWeights._fields)
        attention, states = AttentionWeights(*tensors[:count]), AttentionStates(*tensors[count:])
        known = known_steps(states, output_grad, weights_grad)
        if ctx.chunk_steps:
            grads = _backward_in_chunks(ctx.chunk_steps, weight, attention, known, factors)
        else:
            back = AttentionBackward(weight, attention, known, factors)
            back.run()
            of_steps = (back.gate_grads[:-1], back.context_grads, back.query_grads)
            grads = LoopGrads(*of_steps, *back.sums)
        _, _, _, needs_weight, _, _, *needed = ctx.needs_input_grad
        weight_grad = over_steps(grads.gates, states.outputs[:-1]) if needs_weight else None
        attention_grads = grads.of_attention(states, needed)
        return None, None, grads.gates, weight_grad, None, None, *attention_grads


class LoopGrads(NamedTuple):
    """What the backward pass of the loop computes; see AttentionBackward."""

    gates: Tensor
    contexts: Tensor
    queries: Tensor
    energy: Tensor
    location: Tensor
    keys: Tensor

    def of_attention(
        self, states: AttentionStates, needed: Sequence[bool]
    ) -> tuple[Tensor | None, ...]:
        """The gradients of AttentionWeights, where needed."""
        memory = self.contexts.shape[2]
        grads = (
            lambda: over_steps(self.queries, states.outputs[1:, :, memory:]),
            lambda: self.location,
            lambda: self.energy,
            lambda: self.keys,
            lambda: torch.bmm(states.weights[1:].permute(1, 2, 0), self.contexts.transpose(0, 1)),
        )
        return tuple(grad() if need else None for grad, need in zip(grads, needed, strict=True))


def over_steps(grads: Tensor, states: Tensor) -> Tensor:
    """The sum over all steps and clips of (S, B, X) and (S, B, Y), one product: (X, Y)."""
    return grads.flatten(0, 1).t() @ states.flatten(0, 1).to(grads.dtype)


def known_steps(states: AttentionStates, output_grad: Tensor, weights_grad: Tensor) -> KnownSteps:
    """What the backward pass reads of each step."""
    weights, cells = states.weights[1:], states.cells
    cumulative = torch.cumsum(weights, 0) - weights
    before = (weights, states.weights[:-1], cumulative)
    grads = (output_grad, weights_grad)
    return KnownSteps(states.gates, cells[1:], cells[:-1], states.queries, *before, *grads)


# For the sizes that came last: batches of a few sizes come again and again.
_FORWARD: RecentlyUsed[StepGraph[AttentionForward]] = RecentlyUsed(KEPT_SIZES)
_BACKWARD: RecentlyUsed[StepGraph[AttentionBackward]] = RecentlyUsed(KEPT_SIZES)


Kinds = list[tuple[type[AttentionForward], type[AttentionBackward]]]


def _kinds(attention: AttentionWeights) -> Kinds:
    """What runs the steps over fixed buffers, the fastest first."""
    kinds: Kinds = [(AttentionForward, AttentionBackward)]
    width, _, taps = attention.location.shape
    if chosen_for(attention.values, width, taps):
        from .triton_attention_steps import TritonAttentionBackward, TritonAttentionForward

        kinds.insert(0, (TritonAttentionForward, TritonAttentionBackward))
    return kinds


def chosen_for(values: Tensor, width: int, taps: int) -> bool:
    """Whether an attention takes kernels written in Triton; notes why a GPU's does not.

    values: (B, N, E), or zeros of as many; width: A; taps: K.
    """
    if not chosen(values.device):
        return False
    from .triton_attention import usable

    reason = usable(values.shape[1], width, taps, values.dtype)
    if reason:
        note(f"kernels in Triton are off for some steps: {reason}")
    return not reason


def _forward_in_chunks(
    keep: bool,
    chunk_steps: int,
    inputs: Tensor,
    weight: Tensor,
    bias: Tensor,
    factors: Tensor | None,
    attention: AttentionWeights,
) -> AttentionStates:
    parameters = (weight, bias, *attention)

    def make() -> StepGraph[AttentionForward]:
        given, dropout = buffer_like(inputs, chunk_steps), buffer_like(factors, chunk_steps)
        fixed, fixed_bias, *rest = map(torch.zeros_like, parameters)
        weights = AttentionWeights(*rest)
        buffers = (given, fixed, fixed_bias, dropout, weights)
        return first_that_runs([partial(kind, *buffers, fixed=True) for kind in kinds])

    kinds = [kind for kind, _ in _kinds(attention)]
    key = (*kinds, key_of(chunk_steps, inputs, factors, *(value[None] for value in parameters)))
    chunk, count = _FORWARD.get(key, make), len(inputs)
    kept = count if keep else 0
    lengths = (count + 1, kept, kept + 1, kept, count + 1)
    states = AttentionStates(*map(buffer_like, chunk.steps.states, lengths))
    rest = (states.gates, states.cells[1:], states.queries) if keep else (None, None, None)
    outputs = (states.outputs[1:], *rest, states.weights[1:])
    chunk.sequence(parameters, (inputs, factors), outputs)
    return states


def _backward_in_chunks(
    chunk_steps: int,
    weight: Tensor,
    attention: AttentionWeights,
    known: KnownSteps,
    factors: Tensor | None,
) -> LoopGrads:
    parameters = (weight, *attention)

    def make() -> StepGraph[AttentionBackward]:
        fixed, *rest = map(torch.zeros_like, parameters)
        buffers = KnownSteps(*(buffer_like(values, chunk_steps) for values in known))
        dropout = buffer_like(factors, chunk_steps)
        given = (fixed, AttentionWeights(*rest), buffers, dropout)
        return first_that_runs([partial(kind, *given, fixed=True) for kind in kinds])

    kinds = [kind for _, kind in _kinds(attention)]
    key = (*kinds, key_of(chunk_steps, *known, factors, *(value[None] for value in parameters)))
    chunk, count = _BACKWARD.get(key, make), len(known.gates)
    outputs = [buffer_like(values, count) for values in chunk.steps.outputs]
    chunk.sequence(parameters, (*known, factors), outputs, reverse=True)
    # The buffers are written over in the next pass.
    sums = (values.clone() for values in chunk.steps.sums)
    return LoopGrads(*outputs, *sums)
