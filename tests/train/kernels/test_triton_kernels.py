import sys

import pytest
import torch

from voiceprep.train.kernels.triton_kernels import available, check_contiguous, check_rows

CPU = torch.device("cpu")


def test_the_interpreter_runs_anywhere(monkeypatch):
    knobs = pytest.importorskip("triton").knobs
    monkeypatch.setattr(knobs.runtime, "interpret", True)
    assert available(CPU) == ""


def test_without_it_only_gpus_will_do(monkeypatch):
    knobs = pytest.importorskip("triton").knobs
    monkeypatch.setattr(knobs.runtime, "interpret", False)
    assert available(CPU) == "triton does not run on cpu"


@pytest.mark.parametrize(
    ("capability", "reason"),
    [
        ((9, 0), ""),
        ((8, 0), ""),
        ((7, 5), "cuda:0 is of compute capability 7.5: the kernels need 8.0 at least"),
    ],
)
def test_old_gpus_will_not_do(monkeypatch, capability, reason):
    knobs = pytest.importorskip("triton").knobs
    monkeypatch.setattr(knobs.runtime, "interpret", False)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    assert available(torch.device("cuda:0")) == reason


def test_without_triton_there_are_no_kernels(monkeypatch):
    monkeypatch.setitem(sys.modules, "triton", None)
    assert available(CPU).startswith("triton cannot be imported: ")


def test_rows_may_lie_apart_where_strides_are_given():
    check_rows(torch.zeros(3, 4)[:, :2], None, torch.zeros(4, 1).t())
    with pytest.raises(ValueError, match="rows not contiguous"):
        check_rows(torch.zeros(3, 4).t())
    check_contiguous(torch.zeros(3, 4), None)
    with pytest.raises(ValueError, match="not contiguous"):
        check_contiguous(torch.zeros(3, 4)[:, :2])
