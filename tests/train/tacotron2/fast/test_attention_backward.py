"""The backward steps as they are recorded; their numbers are tested in test_attention."""

import pytest
import torch

from tests.train.gpu_rules import assert_recordable
from tests.train.tacotron2.fast.test_attention_forward import (
    BATCH,
    HIDDEN,
    MEMORY,
    STEPS,
    SYMBOLS,
    WIDTH,
    attention_weights,
    draws,
)
from voiceprep.train.tacotron2.fast.attention_backward import AttentionBackward, KnownSteps


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_its_steps_can_be_recorded_as_a_cuda_graph(dtype):
    def make(device):
        draw = draws(device)
        hidden, symbols = (STEPS, BATCH, HIDDEN), (STEPS, BATCH, SYMBOLS)
        known = KnownSteps(
            draw(STEPS, BATCH, 4 * HIDDEN).sigmoid(),
            draw(*hidden),
            draw(*hidden),
            draw(STEPS, BATCH, WIDTH),
            *(draw(*symbols).softmax(2) for _ in range(3)),
            draw(STEPS, BATCH, MEMORY + HIDDEN, dtype=dtype),
            draw(*symbols),
        )
        weight = draw(4 * HIDDEN, MEMORY + HIDDEN, dtype=dtype)
        return AttentionBackward(weight, attention_weights(draw), known, draw(*hidden), fixed=True)

    assert_recordable(make)
