"""Tensors for the tests of Triton kernels, amid others: what is read or written there shows.

The kernels run on a CPU, interpreted; with TRITON_INTERPRET=0 they run on a GPU.
"""

import numpy as np
import pytest
import torch

pytest.importorskip("triton")

from triton import knobs
from triton import language as tl
from triton.runtime import interpreter

# A number that every type holds.
UNTOUCHED = -768
DEVICE = "cpu" if knobs.runtime.interpret else "cuda"
# A GPU's exponential and division are approximate.
TOLERANCE = 1e-6 if DEVICE == "cpu" else 4e-6


@pytest.fixture(autouse=True)
def device(monkeypatch):
    """Tensors are made where the kernels run, and bfloat16 is rounded as a GPU rounds it."""
    monkeypatch.setattr(interpreter, "_convert_float", _to_nearest(interpreter._convert_float))
    torch.manual_seed(0)
    with torch.device(DEVICE):
        yield


def amid(values, gap=0, around=torch.nan):
    """A copy with NaN before it, behind it and, where there is a gap, between its rows."""
    rows = values.reshape(-1, values.shape[-1])
    count, width = rows.shape
    buffer = torch.full((count + 2, width + gap), around, dtype=values.dtype)
    inner = buffer[1:-1, gap // 2 : gap // 2 + width]
    inner.copy_(rows)
    return inner if gap else inner.view(values.shape)


def rewritten(values):
    """A copy that a kernel reads and writes over."""
    return amid(values, around=UNTOUCHED)


def unwritten(*shape, dtype=torch.float32, gap=0):
    """NaN that a kernel writes over."""
    return amid(torch.full(shape, torch.nan, dtype=dtype), gap, around=UNTOUCHED)


def check_written(*tensors):
    """Every element was written, and nothing around it."""
    for tensor in tensors:
        assert not tensor.isnan().any()
        inside = torch.zeros(tensor._base.shape, dtype=torch.bool)
        inside.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset()).fill_(True)
        assert (tensor._base[~inside] == UNTOUCHED).all()


def check_close(found, wanted, size=None):
    """To float32's accuracy at the size of the largest element, or at another."""
    size = wanted.abs().max() if size is None else size
    # Where all is zero, rounding errors of float64 are left.
    assert (found.double() - wanted).abs().max() <= TOLERANCE * size + 1e-12


def _to_nearest(convert):
    """The interpreter cuts float32 off for bfloat16."""

    def rounded(data, source, target, mode):
        if (source, target) != (tl.float32, tl.bfloat16):
            return convert(data, source, target, mode)
        bits = torch.from_numpy(np.array(data)).bfloat16().view(torch.int16)
        return bits.numpy().view(np.uint16)

    return rounded
