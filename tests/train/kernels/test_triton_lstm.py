"""The LSTM kernels against the formulas of the cell, and their gradients against autograd's."""

import pytest
import torch

from tests.train.gpu_rules import no_waiting
from tests.train.interpreted import (
    amid,
    check_close,
    check_written,
    device,  # noqa: F401
    rewritten,
    unwritten,
)

triton_lstm = pytest.importorskip("voiceprep.train.kernels.triton_lstm")
SIZES = [(1, 1), (3, 37), (2, 300)]
HALVES = [torch.bfloat16, torch.float16]


def plain(gates, cell, factors):
    input_gate, forget_gate, candidate, output_gate = gates.chunk(4, 1)
    new_cell = forget_gate.sigmoid() * cell + input_gate.sigmoid() * candidate.tanh()
    hidden = output_gate.sigmoid() * new_cell.tanh()
    return new_cell, hidden if factors is None else hidden * factors


def drawn_factors(batch, size):
    return (torch.rand(batch, size) > 0.3).float() / 0.7


def activated(gates):
    first, second, third, fourth = gates.chunk(4, 1)
    return torch.cat([first.sigmoid(), second.sigmoid(), third.tanh(), fourth.sigmoid()], 1)


@pytest.mark.parametrize("dropped", [True, False])
@pytest.mark.parametrize(("batch", "size"), SIZES)
def test_forward(batch, size, dropped):
    product, inputs = (2 * torch.randn(batch, 4 * size) for _ in range(2))
    cell, factors = torch.randn(batch, size), drawn_factors(batch, size) if dropped else None
    new_cell, exact_hidden = unwritten(batch, size), unwritten(batch, size)
    hidden, gates = unwritten(batch, size, gap=6), unwritten(batch, 4 * size)
    triton_lstm.lstm_forward(
        amid(product, gap=4),
        amid(inputs, gap=2),
        amid(factors) if dropped else None,
        amid(cell),
        new_cell,
        hidden,
        gates,
        exact_hidden,
    )
    check_written(new_cell, hidden, gates, exact_hidden)
    total = product.double() + inputs
    wanted_cell, wanted = plain(total, cell, factors)
    check_close(new_cell, wanted_cell)
    check_close(hidden, wanted)
    check_close(gates, activated(total))
    assert torch.equal(exact_hidden, hidden)


@pytest.mark.parametrize("dtype", HALVES)
def test_forward_in_half_precision_rounds_only_the_hidden_state(dtype):
    batch, size = 3, 37
    product, cell = torch.randn(batch, 4 * size).to(dtype), torch.randn(batch, size)
    hidden, exact_hidden = unwritten(batch, size, dtype=dtype, gap=2), unwritten(batch, size)
    state = rewritten(cell)
    triton_lstm.lstm_forward(product, None, None, state, state, hidden, None, exact_hidden)
    check_written(hidden, exact_hidden, state)
    wanted_cell, wanted = plain(product.double(), cell, None)
    check_close(state, wanted_cell)
    check_close(exact_hidden, wanted)
    assert torch.equal(hidden, exact_hidden.to(dtype))


def test_tanh_is_as_good_near_zero_as_far_from_it():
    x = torch.cat([torch.logspace(-30, 2, 200), torch.linspace(0.6, 0.65, 51), torch.zeros(1)])
    x = torch.cat([x, -x])
    size = len(x)
    product = torch.full((1, 4 * size), 100.0)
    product[0, 2 * size : 3 * size] = x
    gates, state = torch.empty_like(product), torch.zeros(1, size)
    triton_lstm.lstm_forward(product, None, None, state, state, torch.empty(1, size), gates)
    candidate = gates[0, 2 * size : 3 * size].double()
    torch.testing.assert_close(candidate, x.double().tanh(), rtol=1e-6, atol=0)


@pytest.mark.filterwarnings("ignore:overflow")
def test_extremes_stay_finite():
    product = torch.tensor([[1e4, 1e4, -1e4, 1e4]])
    hidden, state = torch.empty(1, 1), torch.tensor([[1e30]])
    triton_lstm.lstm_forward(product, None, None, state, state, hidden)
    assert (float(hidden), float(state)) == (1.0, pytest.approx(1e30))


def gradients(batch, size, factors):
    """What a backward pass is given, in float32, and wanted gradients of gates and cell."""
    gates = torch.randn(batch, 4 * size, dtype=torch.float64, requires_grad=True)
    cell = torch.randn(batch, size, dtype=torch.float64, requires_grad=True)
    hidden_grad, cell_grad = torch.randn(2, batch, size)
    new_cell, hidden = plain(gates, cell, factors)
    loss = (hidden * hidden_grad).sum() + (new_cell * cell_grad).sum()
    wanted = torch.autograd.grad(loss, [gates, cell])
    saved = (activated(gates), new_cell, cell)
    return hidden_grad, cell_grad, [tensor.detach().float() for tensor in saved], wanted


@pytest.mark.parametrize("dropped", [True, False])
@pytest.mark.parametrize(("batch", "size"), SIZES)
def test_backward(batch, size, dropped):
    factors = drawn_factors(batch, size) if dropped else None
    hidden_grad, cell_grad, saved, (wanted, wanted_cell) = gradients(batch, size, factors)
    gate_grads, cell_grad = unwritten(batch, 4 * size, gap=2), rewritten(cell_grad)
    triton_lstm.lstm_backward(
        amid(hidden_grad, gap=4),
        cell_grad,
        *map(amid, saved),
        amid(factors) if dropped else None,
        gate_grads,
    )
    check_written(gate_grads, cell_grad)
    check_close(gate_grads, wanted)
    check_close(cell_grad, wanted_cell)


@pytest.mark.parametrize("dtype", HALVES)
def test_backward_in_half_precision_rounds_only_the_gates_gradient(dtype):
    hidden_grad, cell_grad, saved, _ = gradients(3, 37, None)
    exact, other = unwritten(3, 4 * 37), cell_grad.clone()
    triton_lstm.lstm_backward(hidden_grad, cell_grad, *saved, None, exact)
    rounded = unwritten(3, 4 * 37, dtype=dtype)
    triton_lstm.lstm_backward(hidden_grad, other, *saved, None, rounded)
    check_written(rounded)
    assert torch.equal(rounded, exact.to(dtype))
    assert torch.equal(cell_grad, other)


def test_what_lies_apart_is_refused():
    product, state, hidden = torch.zeros(2, 12), torch.zeros(2, 3), torch.zeros(3, 2).t()
    with pytest.raises(ValueError):
        triton_lstm.lstm_forward(product, None, None, state, state, hidden)
    with pytest.raises(ValueError):
        triton_lstm.lstm_forward(product, None, None, state, torch.zeros(2, 4)[:, :3], state)


def test_nothing_waits():
    gates, state = torch.zeros(2, 12), torch.zeros(2, 3)
    with no_waiting():
        triton_lstm.lstm_forward(gates, None, None, state, state, state)
        triton_lstm.lstm_backward(state, state, gates, state, state, None, gates)
