"""The attention's loop of a teacher-forced decoder: what it asks, where it looks, what it hears.

Energies are v · tanh(x) in the paper. As tanh(x) = 2 σ(2 x) - 1, and as a constant moves no
softmax, they are (2 v) · σ(2 x) here, the twos being part of the parameters: σ costs a fifth.

Shapes: S steps, B clips, N symbols, E width of the memory, A of the attention, H hidden, K kernel.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import FunctionCtx, once_differentiable

from .lstm import CHUNK, advance, cell_slopes, retreat
from .places import Spread, Windows
from .products import Product


class Parts(NamedTuple):
    """What an attention is made of, float32 at least; all but the values with their factor 2.

    query: (A, H); location: (A, 2, K), convolution and dense layer in one; energy: (A,);
    keys: (B, N, A); values: (B, N, E).
    """

    query: Tensor
    location: Tensor
    energy: Tensor
    keys: Tensor
    values: Tensor


class Steps(NamedTuple):
    """What the way back needs of every step; states before the first are zero.

    heard: (S + 1, B, E + H); gates, activated: (S, B, 4 H); cells: (S + 1, B, H);
    questions: (S, B, A); weights: (S, B, N).
    """

    heard: Tensor
    gates: Tensor
    cells: Tensor
    questions: Tensor
    weights: Tensor


class AttentionLoop(Function):
    """What each step heard, its context and its dropped hidden state (S, B, E + H), and weights.

    inputs: (S, B, 4 H), the prenet's share of the gates with the biases; weight: (4 H, E + H), the
    share of context and hidden state; bias: (B, N), -inf where there is no text; factors:
    (S, B, H) or None; then Parts. States, attention and sums are float32 at least, the LSTM's
    products in the type of the inputs.
    """

    @staticmethod
    def forward(
        ctx: FunctionCtx,
        keep: bool,
        inputs: Tensor,
        weight: Tensor,
        bias: Tensor,
        factors: Tensor | None,
        *tensors: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """`keep` is false where no backward pass will follow."""
        parts = Parts(*tensors)
        steps = run(keep, inputs, weight, bias, factors, parts)
        if keep:
            ctx.save_for_backward(weight, factors, *parts, *steps)
        return steps.heard[1:], steps.weights

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, heard_grad: Tensor, weights_grad: Tensor):
        """The gradients of inputs and Parts."""
        weight, factors, *tensors = ctx.saved_tensors
        parts, steps = Parts(*tensors[: len(Parts._fields)]), Steps(*tensors[len(Parts._fields) :])
        back = WayBack(weight, parts, steps, factors)
        for end in range(len(weights_grad), 0, -CHUNK):
            back.chunk(slice(max(0, end - CHUNK), end), heard_grad, weights_grad)
        _, _, weight_wanted, _, _, *wanted = ctx.needs_input_grad
        weight_grad = back.weight() if weight_wanted else None
        return None, back.gate_grads, weight_grad, None, None, *back.parts(wanted)


def run(
    keep: bool,
    inputs: Tensor,
    weight: Tensor,
    bias: Tensor,
    factors: Tensor | None,
    parts: Parts,
) -> Steps:
    """All steps; without `keep`, gates, cells and questions are only the last one's."""
    (steps, batch, width), (_, symbols, memory) = inputs.shape, parts.values.shape
    size, values, product = width // 4, parts.values, Product(weight, batch)
    held = steps if keep else 1
    kept = Steps(
        inputs.new_zeros(steps + 1, batch, memory + size),
        values.new_empty(held, batch, width),
        values.new_zeros(held + 1, batch, size),
        values.new_empty(held, batch, len(parts.query)),
        values.new_empty(steps, batch, symbols),
    )
    windows = Windows((batch,), symbols, parts.location.shape[2], values)
    location, keys = parts.location.flatten(1).t(), parts.keys.flatten(0, 1)
    bent = torch.empty_like(parts.keys)
    for step in range(steps):
        slot = step % held
        gate = kept.gates[slot].copy_(product(kept.heard[step], inputs[step]))
        hidden = advance(gate, kept.cells[slot], kept.cells[slot + 1])
        if factors is not None:
            hidden.mul_(factors[step])
        question = torch.mm(hidden, parts.query.t(), out=kept.questions[slot])
        torch.addmm(keys, windows.gather(), location, out=bent.flatten(0, 1))
        bent.add_(question[:, None]).sigmoid_()
        energies = torch.mv(bent.flatten(0, 1), parts.energy).view_as(bias)
        weights = torch.softmax(energies + bias, 1, out=kept.weights[step])
        windows.inner[:, 0] = weights
        windows.inner[:, 1] += weights
        kept.heard[step + 1, :, :memory] = torch.bmm(weights[:, None], values)[:, 0]
        kept.heard[step + 1, :, memory:] = hidden
        if not keep:
            kept.cells[0] = kept.cells[1]
    return kept


class WayBack:
    """The loop from its last step to its first, a chunk at a time; weights are gathered later."""

    def __init__(self, weight: Tensor, parts: Parts, steps: Steps, factors: Tensor | None):
        self.given, self.steps, self.factors = parts, steps, factors
        (count, batch, symbols), values = steps.weights.shape, parts.values
        kernel, width = parts.location.shape[2], parts.location.shape[0]
        self.product = Product(weight.t().contiguous(), batch)
        self.windows = Windows((CHUNK, batch), symbols, kernel, values)
        self.spread = Spread(batch, symbols, kernel, values)
        self.location, self.turned = parts.location.flatten(1), parts.location.flip(2).flatten(1)
        self.before = torch.cumsum(steps.weights, 0) - steps.weights
        self.bent, self.bent_grads = (
            values.new_empty(CHUNK, batch, symbols, width) for _ in range(2)
        )
        self.energy_grads = values.new_empty(CHUNK, batch, symbols)
        self.gate_grads = torch.empty_like(steps.gates, dtype=weight.dtype)
        self.context_grads = values.new_empty(count, *values.shape[::2])
        self.question_grads = torch.empty_like(steps.questions)
        self.cell_grad = torch.zeros_like(steps.cells[0])
        self.place_grad = values.new_zeros(batch, 2, symbols)
        self.energy_grad = torch.zeros_like(parts.energy)
        self.location_grad = torch.zeros_like(self.location)
        self.keys_grad = torch.zeros_like(parts.keys)

    def chunk(self, part: slice, heard_grad: Tensor, weights_grad: Tensor) -> None:
        """Some steps: what only depends on known states at once, the rest one by one."""
        steps, count = self.steps, part.stop - part.start
        after = steps.cells[part.start + 1 : part.stop + 1]
        dropped = None if self.factors is None else self.factors[part]
        by_gates, by_cell = cell_slopes(steps.gates[part], after, steps.cells[part], dropped)
        windows, bent = self._look_again(part)
        bent_slopes = (bent * (1 - bent)).mul_(self.given.energy)
        size = by_cell.shape[2]
        for step in range(part.stop - 1, part.start - 1, -1):
            here, total = step - part.start, heard_grad[step]
            if step + 1 < len(steps.gates):
                total = self.product(self.gate_grads[step + 1], total)
            total = total.to(by_cell.dtype)
            self.context_grads[step] = context = total[:, :-size]
            asked = self._unlook(step, here, context, weights_grad[step], bent_slopes[here])
            hidden = torch.addmm(total[:, -size:], asked, self.given.query)
            kept = steps.gates[step, :, size : 2 * size]
            self.gate_grads[step] = retreat(
                hidden, self.cell_grad, by_cell[here], kept, by_gates[here]
            )
        grads = self.bent_grads[:count]
        self.energy_grad += self.energy_grads[:count].flatten() @ bent.flatten(0, 2)
        self.location_grad += grads.flatten(0, 2).t() @ windows
        self.keys_grad += grads.sum(0)

    def _look_again(self, part: slice) -> tuple[Tensor, Tensor]:
        """The windows (C B N, 2 K) and σ (C, B, N, A) of some steps, as they were."""
        count, inner = part.stop - part.start, self.windows.inner
        inner[:count, :, 1] = self.before[part]
        first = int(part.start == 0)
        inner[first:count, :, 0] = self.steps.weights[part.start - 1 + first : part.stop - 1]
        inner[:first, :, 0] = 0
        bent = self.bent[:count]
        windows = self.windows.gather()[: bent[..., 0].numel()]
        torch.mm(windows, self.location.t(), out=bent.flatten(0, 2))
        bent.add_(self.given.keys).add_(self.steps.questions[part][:, :, None]).sigmoid_()
        return windows, bent

    def _unlook(
        self, step: int, here: int, context: Tensor, weights_grad: Tensor, bent_slope: Tensor
    ) -> Tensor:
        """The question's gradient (B, A) by way of weights, energies and what they are made of."""
        weights = self.steps.weights[step]
        looked = weights_grad + self.place_grad.sum(1)
        looked += torch.bmm(context[:, None], self.given.values.transpose(1, 2))[:, 0]
        looked *= weights
        energies = torch.addcmul(looked, weights, looked.sum(1, True), value=-1)
        self.energy_grads[here] = energies
        bent = torch.mul(energies[..., None], bent_slope, out=self.bent_grads[here])
        place_grad = self.spread.gather(bent.flatten(0, 1) @ self.turned)
        place_grad[:, 1] += self.place_grad[:, 1]
        self.place_grad = place_grad
        return torch.sum(bent, 1, out=self.question_grads[step])

    def weight(self) -> Tensor:
        """The gradient of the LSTM's weight."""
        return self.gate_grads.flatten(0, 1).t() @ self.steps.heard[:-1].flatten(0, 1)

    def parts(self, wanted: Sequence[bool]) -> tuple[Tensor | None, ...]:
        """The gradients of Parts, where wanted, each gathered in one product over all steps."""
        steps, memory = self.steps, self.given.values.shape[2]
        grads = (
            lambda: _over_steps(self.question_grads, steps.heard[1:, :, memory:]),
            lambda: self.location_grad.view_as(self.given.location),
            lambda: self.energy_grad,
            lambda: self.keys_grad,
            lambda: torch.bmm(steps.weights.permute(1, 2, 0), self.context_grads.transpose(0, 1)),
        )
        return tuple(grad() if want else None for grad, want in zip(grads, wanted, strict=True))


def _over_steps(grads: Tensor, states: Tensor) -> Tensor:
    """(S, B, X) and (S, B, Y) to (X, Y)."""
    return grads.flatten(0, 1).t() @ states.flatten(0, 1).to(grads.dtype)
