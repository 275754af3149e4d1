"""The LSTM with dropout between its steps against torch's cell and its gradients."""

import pytest
import torch
from torch import nn

from voiceprep.train.kernels.lstm import DropoutLstm
from voiceprep.train.kernels.lstm_steps import BLOCK

SIZE, BATCH = 5, 3


@pytest.fixture
def cell():
    torch.manual_seed(0)
    return nn.LSTMCell(4, SIZE, dtype=torch.float64)


def inputs_of(cell, x):
    """The input share of the gates, with the biases."""
    return x @ cell.weight_ih.t() + cell.bias_ih + cell.bias_hh


def plain(cell, x, factors):
    hidden, state = x.new_zeros(2, BATCH, SIZE)
    hiddens = []
    for step in range(len(x)):
        hidden, state = cell(x[step], (hidden, state))
        hidden = hidden if factors is None else hidden * factors[step]
        hiddens.append(hidden)
    return torch.stack(hiddens)


def drawn(steps, dropped):
    x = torch.randn(steps, BATCH, 4, dtype=torch.float64, requires_grad=True)
    kept = (torch.rand(steps, BATCH, SIZE) > 0.3).double() / 0.7
    return x, kept if dropped else None


@pytest.mark.parametrize("dropped", [True, False])
@pytest.mark.parametrize("steps", [1, BLOCK, BLOCK + 1, 2 * BLOCK + 3])
def test_states_and_gradients_are_those_of_torchs_cell(cell, steps, dropped):
    x, factors = drawn(steps, dropped)
    weights = torch.randn(steps, BATCH, SIZE, dtype=torch.float64)
    learning = [x, *cell.parameters()]
    wanted = plain(cell, x, factors)
    wanted_grads = torch.autograd.grad((wanted * weights).sum(), learning)
    found = DropoutLstm.apply(inputs_of(cell, x), cell.weight_hh, factors, True, 0)
    found_grads = torch.autograd.grad((found * weights).sum(), learning)
    torch.testing.assert_close(found, wanted)
    for one, other in zip(found_grads, wanted_grads, strict=True):
        torch.testing.assert_close(one, other)


def test_without_a_backward_pass_the_states_are_the_same(cell):
    x, factors = drawn(7, True)
    inputs = inputs_of(cell, x).detach()
    found = [
        DropoutLstm.apply(inputs, cell.weight_hh.detach(), factors, keep, 0) for keep in (1, 0)
    ]
    assert torch.equal(*found)


def test_a_frozen_weight_gets_no_gradient(cell):
    x, _ = drawn(4, False)
    found = DropoutLstm.apply(inputs_of(cell, x), cell.weight_hh.detach(), None, True, 0)
    found.sum().backward()
    assert cell.weight_hh.grad is None
    assert x.grad.abs().sum() > 0


def test_half_precision_has_states_near_the_exact_ones(cell):
    x, _ = drawn(20, False)
    inputs = inputs_of(cell, x).detach()
    weight = cell.weight_hh.detach()
    exact = DropoutLstm.apply(inputs, weight, None, False, 0)
    rough = DropoutLstm.apply(inputs.bfloat16(), weight.bfloat16(), None, False, 0)
    assert rough.dtype == torch.bfloat16
    assert (rough.double() - exact).norm() < 0.02 * exact.norm()


HALVES = [torch.float32, torch.bfloat16, torch.float16]


@pytest.mark.parametrize("dropped", [True, False])
@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("steps", [1, BLOCK, 2 * BLOCK + 3])
def test_runs_over_fixed_buffers_are_those_over_the_whole_length(steps, dtype, dropped):
    torch.manual_seed(0)
    inputs = torch.randn(steps, BATCH, 4 * SIZE).to(dtype).requires_grad_()
    weight = (0.3 * torch.randn(4 * SIZE, SIZE)).to(dtype).requires_grad_()
    factors = (torch.rand(steps, BATCH, SIZE) > 0.3).float() / 0.7 if dropped else None
    grad, found = torch.randn(steps, BATCH, SIZE).to(dtype), {}
    for chunk_steps in (0, BLOCK, 2 * BLOCK, 4 * BLOCK):
        hiddens = DropoutLstm.apply(inputs, weight, factors, True, chunk_steps)
        without = DropoutLstm.apply(inputs.detach(), weight.detach(), factors, False, chunk_steps)
        assert torch.equal(hiddens, without)
        found[chunk_steps] = (hiddens, *torch.autograd.grad(hiddens, [inputs, weight], grad))
    for chunk_steps in (2 * BLOCK, 4 * BLOCK):
        for one, other in zip(found[BLOCK], found[chunk_steps], strict=True):
            assert torch.equal(one, other)
    for one, other in zip(found[0], found[BLOCK], strict=True):
        torch.testing.assert_close(one, other)
