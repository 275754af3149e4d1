"""The windows of the location convolution against torch's unfold and fold."""

import pytest
import torch
from torch.nn import functional as F

from voiceprep.train.tacotron2.fast.im2col import Col2Im, Im2Col

LIKE = torch.zeros(0, dtype=torch.float64)
SIZES = [(1, 1, 1), (2, 1, 5), (3, 7, 3), (2, 4, 31)]


def unfolded(weights, kernel):
    """(B, 2, N) to (B N, 2 K)."""
    windows = F.unfold(weights[:, :, None], (1, kernel), padding=(0, kernel // 2))
    return windows.transpose(1, 2).flatten(0, 1)


@pytest.mark.parametrize(("batch", "symbols", "kernel"), SIZES)
def test_windows_are_those_of_unfold(batch, symbols, kernel):
    windows = Im2Col((batch,), symbols, kernel, LIKE)
    for _ in range(2):
        weights = torch.randn(batch, 2, symbols, dtype=torch.float64)
        windows.inner.copy_(weights)
        assert torch.equal(windows.gather(), unfolded(weights, kernel))


def test_windows_of_many_steps_come_one_after_the_other():
    weights = torch.randn(3, 2, 2, 5, dtype=torch.float64)
    windows = Im2Col((3, 2), 5, 3, LIKE)
    windows.inner.copy_(weights)
    assert torch.equal(windows.gather(), unfolded(weights.flatten(0, 1), 3))


@pytest.mark.parametrize(("batch", "symbols", "kernel"), SIZES)
def test_a_symbols_gradient_is_the_sum_over_its_windows(batch, symbols, kernel):
    col2im = Col2Im(batch, symbols, kernel, LIKE)
    for _ in range(2):
        grads = torch.randn(batch * symbols, 2, kernel, dtype=torch.float64)
        weights = torch.zeros(batch, 2, symbols, dtype=torch.float64, requires_grad=True)
        unfolded(weights, kernel).backward(grads.flatten(1))
        found = col2im.gather(grads.flip(2).flatten(1))
        torch.testing.assert_close(found, weights.grad)
