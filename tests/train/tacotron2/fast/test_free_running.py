"""The free-running steps as they are recorded; their numbers are tested in test_stepper."""

import pytest
import torch

from tests.train.gpu_rules import assert_recordable
from tests.train.made import TINY
from voiceprep.train.kernels import products
from voiceprep.train.tacotron2.fast.free_running import FreeRunningSteps
from voiceprep.train.tacotron2.fast.stepper import pack_weights
from voiceprep.train.tacotron2.network import Tacotron2


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_its_steps_can_be_recorded_as_a_cuda_graph(dtype, monkeypatch):
    monkeypatch.setattr(products, "packs", lambda _: False)

    def make(device):
        torch.manual_seed(0)
        model = Tacotron2(TINY).eval().to(device)
        steps = FreeRunningSteps(pack_weights(model, dtype), 3, 7, 4)
        if device == "cpu":
            with torch.no_grad():
                for buffer in (*steps.parameters, *steps.inputs):
                    buffer.uniform_()
        return steps

    assert_recordable(make)
