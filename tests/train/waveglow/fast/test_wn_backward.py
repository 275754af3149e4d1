"""The backward pass of a folded network against autograd."""

import pytest
import torch

from tests.train.waveglow.fast.test_wn import HALF, made_network, unfolded
from voiceprep.train.waveglow.fast.flow import with_ones
from voiceprep.train.waveglow.fast.wn import fold
from voiceprep.train.waveglow.fast.wn_backward import FoldedFunction, im2col


def gradients(network, half, conditions, out):
    learning = [half, conditions, *network.parameters()]
    torch.manual_seed(1)
    weights = torch.randn(out.shape, dtype=out.dtype)
    return torch.autograd.grad((out * weights).sum(), learning)


@pytest.mark.parametrize("layers", [1, 2, 4])
@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_gradients_are_those_of_autograd(layers, kernel):
    network = made_network(layers, kernel)
    half = torch.randn(2, HALF, 13, dtype=torch.float64, requires_grad=True)
    conditions = torch.randn(2, 20, 13, dtype=torch.float64, requires_grad=True)
    wanted = network(half, conditions)
    source = with_ones(half.transpose(1, 2))
    tensors = fold(network).tensors()
    found = FoldedFunction.apply(True, source, conditions.transpose(1, 2), kernel, *tensors)
    torch.testing.assert_close(found.transpose(1, 2), wanted)
    for one, other in zip(
        gradients(network, half, conditions, found.transpose(1, 2)),
        gradients(network, half, conditions, wanted),
        strict=True,
    ):
        torch.testing.assert_close(one, other)


def test_conditions_that_do_not_learn_get_no_gradient():
    network = made_network()
    half = torch.randn(1, HALF, 5, dtype=torch.float64, requires_grad=True)
    conditions = torch.randn(1, 5, 20, dtype=torch.float64)
    source = with_ones(half.transpose(1, 2))
    out = FoldedFunction.apply(True, source, conditions, 3, *fold(network).tensors())
    out.sum().backward()
    assert conditions.grad is None
    assert half.grad.abs().sum() > 0


def test_windows_are_those_of_unfold():
    source = torch.randn(2, 6, 3)
    assert torch.equal(im2col(source, 3, 2), unfolded(source, 3, 2).reshape(12, 9))
