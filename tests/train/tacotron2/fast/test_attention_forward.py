"""The forward steps as they are recorded; their numbers are tested in test_attention."""

import pytest
import torch

from tests.train.gpu_rules import assert_recordable
from voiceprep.train.tacotron2.fast.attention_forward import AttentionForward, AttentionWeights

STEPS, BATCH, SYMBOLS, MEMORY, WIDTH, HIDDEN, KERNEL = 16, 2, 6, 4, 3, 5, 3


def draws(device):
    """A function that draws a tensor of a shape."""
    torch.manual_seed(0)
    return lambda *shape, dtype=torch.float32: torch.randn(*shape).to(device, dtype)


def attention_weights(draw):
    return AttentionWeights(
        draw(WIDTH, HIDDEN),
        draw(WIDTH, 2, KERNEL),
        draw(WIDTH),
        draw(BATCH, SYMBOLS, WIDTH),
        draw(BATCH, SYMBOLS, MEMORY),
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_its_steps_can_be_recorded_as_a_cuda_graph(dtype):
    def make(device):
        draw = draws(device)
        inputs = draw(STEPS, BATCH, 4 * HIDDEN, dtype=dtype)
        weight = draw(4 * HIDDEN, MEMORY + HIDDEN, dtype=dtype)
        bias, factors = torch.zeros(BATCH, SYMBOLS, device=device), draw(STEPS, BATCH, HIDDEN)
        attention = attention_weights(draw)
        return AttentionForward(inputs, weight, bias, factors, attention, fixed=True)

    assert_recordable(make)
