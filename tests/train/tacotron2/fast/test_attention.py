"""The attention loop against the formulas of the paper, and its gradients against autograd's."""

from functools import partial

import pytest
import torch
from torch.nn import functional as F

from voiceprep.train.kernels.lstm_steps import BLOCK
from voiceprep.train.tacotron2.fast.attention import AttentionLoop
from voiceprep.train.tacotron2.fast.attention_forward import AttentionWeights

BATCH, SYMBOLS, MEMORY, WIDTH, HIDDEN, KERNEL = 2, 6, 4, 3, 5, 3


def drawn(steps, dropped):
    """inputs, recurrent weight, bias of the energies, dropout factors, and the attention's own."""
    torch.manual_seed(0)

    def draw(*shape):
        return torch.randn(*shape, dtype=torch.float64, requires_grad=True)

    bias = torch.zeros(BATCH, SYMBOLS, dtype=torch.float64)
    bias[1, 4:] = -torch.inf
    kept = (torch.rand(steps, BATCH, HIDDEN) > 0.3).double() / 0.7
    attention = AttentionWeights(
        draw(WIDTH, HIDDEN),
        draw(WIDTH, 2, KERNEL),
        draw(WIDTH),
        draw(BATCH, SYMBOLS, WIDTH),
        draw(BATCH, SYMBOLS, MEMORY),
    )
    inputs, weight = draw(steps, BATCH, 4 * HIDDEN), draw(4 * HIDDEN, MEMORY + HIDDEN)
    return inputs, weight, bias, kept if dropped else None, attention


def plain(inputs, weight, bias, factors, attention):
    """Step by step, with tanh in the energies."""
    output = inputs.new_zeros(BATCH, MEMORY + HIDDEN)
    cell = inputs.new_zeros(BATCH, HIDDEN)
    last = cumulative = inputs.new_zeros(BATCH, SYMBOLS)
    outputs, weights = [], []
    for step in range(len(inputs)):
        gates = (inputs[step] + output @ weight.t()).chunk(4, 1)
        cell = gates[1].sigmoid() * cell + gates[0].sigmoid() * gates[2].tanh()
        hidden = gates[3].sigmoid() * cell.tanh()
        hidden = hidden if factors is None else hidden * factors[step]
        location = F.conv1d(
            torch.stack([last, cumulative], 1), attention.location, padding=KERNEL // 2
        ).transpose(1, 2)
        query = (hidden @ attention.query.t())[:, None]
        # The loop takes twice the parameters of the paper's v · tanh(x).
        energies = torch.tanh((query + location + attention.keys) / 2) @ (attention.energy / 2)
        last = torch.softmax(energies + bias, 1)
        cumulative = cumulative + last
        output = torch.cat([(last[:, None] @ attention.values)[:, 0], hidden], 1)
        outputs.append(output)
        weights.append(last)
    return torch.stack(outputs), torch.stack(weights)


def gradients(way, given):
    inputs, weight, bias, factors, attention = given
    outputs, weights = way(inputs, weight, bias, factors, attention)
    torch.manual_seed(1)
    loss = sum((part * torch.randn_like(part)).sum() for part in (outputs, weights))
    return outputs, weights, *torch.autograd.grad(loss, [inputs, weight, *attention])


def fast(inputs, weight, bias, factors, attention, chunk_steps=0):
    return AttentionLoop.apply(True, chunk_steps, inputs, weight, bias, factors, *attention)


@pytest.mark.parametrize("dropped", [True, False])
@pytest.mark.parametrize("steps", [1, BLOCK, 2 * BLOCK + 3])
def test_runs_over_fixed_buffers_are_those_of_the_formulas_whatever_their_steps(steps, dropped):
    given = drawn(steps, dropped)
    wanted, found = gradients(plain, given), {}
    for chunk_steps in (BLOCK, 2 * BLOCK, 4 * BLOCK):
        found[chunk_steps] = gradients(partial(fast, chunk_steps=chunk_steps), given)
        for one, other in zip(found[chunk_steps], wanted, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-9)
        for one, other in zip(found[chunk_steps], found[BLOCK], strict=True):
            assert torch.equal(one, other)


@pytest.mark.parametrize("dropped", [True, False])
@pytest.mark.parametrize("steps", [1, 2, BLOCK, BLOCK + 1, 2 * BLOCK + 3])
def test_outputs_and_gradients_are_those_of_the_formulas(steps, dropped):
    given = drawn(steps, dropped)
    for found, wanted in zip(gradients(fast, given), gradients(plain, given), strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-9)


def test_no_weight_falls_on_padding_and_each_steps_weights_sum_to_one():
    _, weights = fast(*drawn(5, False))
    assert not weights[:, 1, 4:].any()
    torch.testing.assert_close(weights.sum(2), torch.ones(5, BATCH, dtype=torch.float64))


def test_without_a_backward_pass_the_outputs_are_the_same():
    inputs, weight, bias, factors, attention = drawn(9, True)
    for found, wanted in zip(
        AttentionLoop.apply(False, 0, inputs, weight, bias, factors, *attention),
        fast(inputs, weight, bias, factors, attention),
        strict=True,
    ):
        assert torch.equal(found, wanted)


def test_a_frozen_parameter_gets_no_gradient():
    inputs, weight, bias, factors, attention = drawn(4, False)
    attention = attention._replace(location=attention.location.detach())
    outputs, _ = fast(inputs, weight.detach(), bias, factors, attention)
    outputs.sum().backward()
    assert attention.location.grad is weight.grad is None
    assert attention.query.grad.abs().sum() > 0
