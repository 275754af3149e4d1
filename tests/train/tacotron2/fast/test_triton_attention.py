"""The attention's kernels against the formulas, and their gradients against autograd's."""

import pytest
import torch
from torch.nn import functional as F

from tests.train.gpu_rules import no_waiting
from tests.train.interpreted import (
    DEVICE,
    amid,
    check_close,
    check_written,
    device,  # noqa: F401
    rewritten,
    unwritten,
)

kernels = pytest.importorskip("voiceprep.train.tacotron2.fast.triton_attention")
# Clips, symbols, attention width, kernel, memory width; many clips get larger blocks.
SIZES = [(1, 1, 3, 3, 4), (3, 33, 5, 31, 70), (1, 6, 17, 31, 130), (17, 6, 3, 3, 5)]
sizes = pytest.mark.parametrize(("batch", "symbols", "width", "kernel", "memory"), SIZES)


def randn(*shape):
    return torch.randn(*shape).double()


def convolved(history, location):
    return F.conv1d(history, location, padding=location.shape[2] // 2).transpose(1, 2)


@sizes
def test_energies(batch, symbols, width, kernel, memory):
    keys, query, history = (
        randn(batch, symbols, width),
        randn(batch, width),
        randn(batch, 2, symbols),
    )
    location, energy = randn(width, 2, kernel), randn(width)
    out = unwritten(batch, symbols)
    kernels.energies(
        amid(keys.float()),
        amid(query.float(), gap=4),
        amid(history.float()),
        amid(kernels.location_taps(location.float())),
        amid(energy.float()[None])[0],
        out,
    )
    check_written(out)
    activation = torch.sigmoid(keys + query[:, None] + convolved(history, location))
    check_close(out, activation @ energy)


def text_bias(batch, symbols):
    """The last clip is a third shorter."""
    bias = torch.zeros(batch, symbols)
    bias[-1, symbols - symbols // 3 :] = -torch.inf
    return bias


@sizes
def test_attend(batch, symbols, width, kernel, memory):
    energy, values, history = (
        3 * randn(batch, symbols),
        randn(batch, symbols, memory),
        randn(batch, 2, symbols),
    )
    bias = text_bias(batch, symbols)
    found_history, weights = rewritten(history.float()), unwritten(batch, symbols)
    context, exact_context = unwritten(batch, memory, gap=6), unwritten(batch, memory)
    kernels.attend(
        amid(energy.float()),
        amid(bias),
        amid(values.float()),
        found_history,
        weights,
        context,
        exact_context,
    )
    check_written(found_history, weights, context, exact_context)
    wanted = torch.softmax(energy.float() + bias.double(), 1)
    check_close(weights, wanted)
    assert not weights[bias < 0].any()
    assert torch.equal(found_history[:, 0], weights)
    check_close(found_history[:, 1], history[:, 1] + wanted)
    check_close(context, (wanted[:, None] @ values)[:, 0])
    assert torch.equal(context, exact_context)


@pytest.mark.parametrize("symbols", [65, 129, 1000])
def test_attend_over_long_texts(symbols):
    energy, values = randn(1, symbols), randn(1, symbols, 3)
    history, weights, context = torch.zeros(1, 2, symbols), unwritten(1, symbols), unwritten(1, 3)
    bias = text_bias(1, symbols)
    kernels.attend(energy.float(), bias, values.float(), history, weights, context)
    wanted = torch.softmax(energy.float() + bias.double(), 1)
    check_close(weights, wanted)
    check_close(context, wanted @ values[0])


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_attend_in_half_precision_rounds_only_the_context(dtype):
    batch, symbols, memory = 3, 33, 70
    energy, values = torch.randn(batch, symbols), torch.randn(batch, symbols, memory).to(dtype)
    history, weights = torch.zeros(batch, 2, symbols), unwritten(batch, symbols)
    context = unwritten(batch, memory, dtype=dtype, gap=2)
    exact_context = unwritten(batch, memory)
    bias = text_bias(batch, symbols)
    kernels.attend(energy, bias, amid(values), history, weights, context, exact_context)
    check_written(weights, context, exact_context)
    wanted = torch.softmax(energy.double() + bias, 1)
    check_close(exact_context, (wanted[:, None] @ values.double())[:, 0])
    assert torch.equal(context, exact_context.to(dtype))


def backward_given(batch, symbols, width, memory):
    """What the backward pass is given, in float32, and the gradients by autograd."""
    inner, query = randn(batch, symbols, width), randn(batch, width)
    energy, values = randn(width), randn(batch, symbols, memory)
    inner.requires_grad_()
    query.requires_grad_()
    activation = torch.sigmoid(inner + query[:, None])
    energies = activation @ energy
    weights = torch.softmax(energies + text_bias(batch, symbols), 1)
    context_grad, weights_grad = randn(batch, memory), randn(batch, symbols)
    window_grad = randn(batch, 2, symbols)
    loss = ((weights[:, None] @ values)[:, 0] * context_grad).sum()
    loss = loss + (weights * (weights_grad + window_grad.sum(1))).sum()
    wanted = torch.autograd.grad(loss, [energies, inner, query])
    derivatives = activation * (1 - activation) * energy
    given = (context_grad, values, weights, weights_grad, window_grad, derivatives)
    return [tensor.detach().float() for tensor in given], wanted


@sizes
def test_attend_backward(batch, symbols, width, kernel, memory):
    (context_grad, *given), wanted = backward_given(batch, symbols, width, memory)
    outs = [unwritten(*tensor.shape) for tensor in wanted]
    kernels.attend_backward(amid(context_grad, gap=6), *map(amid, given), *outs)
    check_written(*outs)
    check_gradients(outs, wanted)


def check_gradients(found, wanted):
    """The query's gradient is a sum, whose terms may cancel."""
    check_close(found[0], wanted[0])
    check_close(found[1], wanted[1])
    check_close(found[2], wanted[2], size=wanted[1].abs().sum(1).max())


def test_attend_backward_over_a_long_text_and_in_place():
    (*given, derivatives), wanted = backward_given(1, 600, 20, 10)
    activation_grads = rewritten(derivatives)
    energy_grads, query_grad = unwritten(1, 600), unwritten(1, 20)
    outs = (energy_grads, activation_grads, query_grad)
    kernels.attend_backward(*given, activation_grads, *outs)
    check_written(*outs)
    check_gradients(outs, wanted)


@sizes
def test_fold_windows(batch, symbols, width, kernel, memory):
    location, grads = randn(width, 2, kernel), randn(batch, symbols, width)
    history = randn(batch, 2, symbols).requires_grad_()
    (wanted,) = torch.autograd.grad((convolved(history, location) * grads).sum(), history)
    before = randn(batch, 2, symbols)
    windows = location.flatten(1).t() @ grads.flatten(0, 1).t()
    window_grad = rewritten(before.float())
    kernels.fold_windows(amid(windows.float()), window_grad)
    check_written(window_grad)
    check_close(window_grad[:, 0], wanted[:, 0])
    check_close(window_grad[:, 1], before[:, 1] + wanted[:, 1])


def test_the_last_weights_gradient_is_replaced_even_where_it_is_not_finite():
    window_grad = torch.full((1, 2, 4), torch.nan)
    window_grad[:, 1] = 0
    kernels.fold_windows(torch.ones(6, 4), window_grad)
    assert window_grad.tolist() == [[[2, 3, 3, 2], [2, 3, 3, 2]]]


def test_nothing_waits():
    keys, history, row, query = (torch.zeros(2, *shape) for shape in ((5, 3), (2, 5), (5,), (3,)))
    with no_waiting():
        kernels.energies(keys, query, history, torch.zeros(2, 3, 3, device=DEVICE), query[0], row)
        kernels.attend(row, row, keys, history, row, query)
        kernels.attend_backward(query, keys, row, row, history, keys, row, keys, query)
        kernels.fold_windows(torch.zeros(6, 10, device=DEVICE), history)


def test_what_does_not_fit_is_told():
    assert kernels.usable(1024, 128, 31, torch.float32) == ""
    assert kernels.usable(1025, 128, 31, torch.bfloat16).startswith("1025 symbols are more than")
    assert kernels.usable(9, 257, 31, torch.float32).startswith("257 attention units are more")
    assert kernels.usable(9, 128, 65, torch.float32).startswith("65 taps of the location filter")
    assert kernels.usable(9, 128, 31, torch.float64) == "the kernels compute in float32"
