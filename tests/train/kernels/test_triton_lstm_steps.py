"""The LSTM layer with kernels written in Triton, interpreted, against the one without."""

import pytest
import torch

from tests.train.interpreted import device  # noqa: F401 (bfloat16 is rounded as on a GPU)
from voiceprep.train.kernels import lstm, triton_kernels
from voiceprep.train.kernels.graphs import RecentlyUsed, take_notes
from voiceprep.train.kernels.lstm import DropoutLstm


@pytest.mark.parametrize("dropped", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_states_and_gradients_are_the_same(dtype, dropped, monkeypatch):
    steps, batch, size = 6, 2, 5
    inputs = torch.randn(steps, batch, 4 * size).to(dtype).requires_grad_()
    weight = (0.3 * torch.randn(4 * size, size)).to(dtype).requires_grad_()
    factors = (torch.rand(steps, batch, size) > 0.3).float() / 0.7 if dropped else None
    grad, found = torch.randn(steps, batch, size).to(dtype), {}
    for name, devices in {"torch": [], "triton": ["cpu", "cuda"]}.items():
        monkeypatch.setattr(triton_kernels, "DEVICES", devices)
        for cache in ("_FORWARD", "_BACKWARD"):
            monkeypatch.setattr(lstm, cache, RecentlyUsed(8))
        hiddens = DropoutLstm.apply(inputs, weight, factors, True, 4)
        found[name] = [hiddens, *torch.autograd.grad(hiddens, [inputs, weight], grad)]
        (chunk,) = lstm._FORWARD.kept.values()
        assert type(chunk.steps).__name__.startswith("Triton") == (name == "triton")
    tolerance = 1e-5 if dtype == torch.float32 else 0.02
    for one, other in zip(*found.values(), strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance)
    assert not take_notes()
