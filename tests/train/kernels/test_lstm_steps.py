"""The LSTM's cell, and its steps as they are recorded; their numbers are tested in test_lstm."""

import pytest
import torch

from tests.train.gpu_rules import assert_recordable
from voiceprep.train.kernels.lstm_steps import BLOCK, LstmBackward, LstmForward, cell_forward

SIZE, BATCH = 5, 3


def test_a_cell_that_is_full_of_extremes_stays_finite():
    gates = torch.tensor([[1e4, 1e4, -1e4, 1e4]])
    new_cell = torch.empty(1, 1)
    hidden = cell_forward(gates, torch.tensor([[1e30]]), new_cell)
    assert (float(hidden), float(new_cell)) == (1.0, pytest.approx(1e30))


def made(kind, dtype):
    """A function that makes steps on a device."""

    def make(device):
        torch.manual_seed(0)

        def drawn(*shape, dtype=torch.float32):
            return torch.randn(*shape).to(device, dtype)

        weight, gates = drawn(4 * SIZE, SIZE, dtype=dtype), (BLOCK, BATCH, 4 * SIZE)
        states = [drawn(BLOCK, BATCH, SIZE) for _ in range(3)]
        if kind is LstmForward:
            return LstmForward(drawn(*gates, dtype=dtype), weight, states[0], fixed=True)
        grad = drawn(BLOCK, BATCH, SIZE, dtype=dtype)
        known = (drawn(*gates).sigmoid(), *states[:2], grad)
        return LstmBackward(weight, *known, states[2], fixed=True)

    return make


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("kind", [LstmForward, LstmBackward])
def test_its_steps_can_be_recorded_as_a_cuda_graph(kind, dtype):
    assert_recordable(made(kind, dtype))
