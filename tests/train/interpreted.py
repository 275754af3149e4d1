"""Tensors for the tests of Triton kernels, amid NaN: what is read or written beside them shows.

The kernels run on a CPU, interpreted; with TRITON_INTERPRET=0 they run on a GPU.
"""

import numpy as np
import pytest
import torch

pytest.importorskip("triton")

from triton import knobs
from triton import language as tl
from triton.runtime import interpreter

DEVICE = "cpu" if knobs.runtime.interpret else "cuda"


@pytest.fixture(autouse=True)
def device(monkeypatch):
    """Tensors are made where the kernels run, and bfloat16 is rounded as a GPU rounds it."""
    monkeypatch.setattr(interpreter, "_convert_float", _to_nearest(interpreter._convert_float))
    torch.manual_seed(0)
    with torch.device(DEVICE):
        yield


def amid(values, gap=0):
    """A copy with NaN before it, behind it and, where there is a gap, between its rows."""
    rows = values.reshape(-1, values.shape[-1])
    count, width = rows.shape
    buffer = torch.full((count + 2, width + gap), torch.nan, dtype=values.dtype)
    inner = buffer[1:-1, gap // 2 : gap // 2 + width]
    inner.copy_(rows)
    return inner if gap else inner.view(values.shape)


def unwritten(*shape, dtype=torch.float32, gap=0):
    return amid(torch.full(shape, torch.nan, dtype=dtype), gap)


def check_written(*tensors):
    """Every element was written, and nothing around it."""
    for tensor in tensors:
        assert not tensor.isnan().any()
        assert (~tensor._base.isnan()).sum() == tensor.numel()


def check_close(found, wanted, size=None):
    """To float32's accuracy at the size of the largest element, or at another."""
    size = wanted.abs().max() if size is None else size
    # Where all is zero, rounding errors of float64 are left.
    assert (found.double() - wanted).abs().max() <= 1e-6 * size + 1e-12


def _to_nearest(convert):
    """The interpreter cuts float32 off for bfloat16."""

    def rounded(data, source, target, mode):
        if (source, target) != (tl.float32, tl.bfloat16):
            return convert(data, source, target, mode)
        bits = torch.from_numpy(np.array(data)).bfloat16().view(torch.int16)
        return bits.numpy().view(np.uint16)

    return rounded
