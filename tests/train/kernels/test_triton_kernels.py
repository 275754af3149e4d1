import subprocess
import sys

import pytest
import torch

from voiceprep.train import kernels
from voiceprep.train.kernels import triton_kernels
from voiceprep.train.kernels.triton_kernels import available

CPU, GPU = torch.device("cpu"), torch.device("cuda:0")


@pytest.fixture(autouse=True)
def interpreted(monkeypatch):
    """As if nothing had been tried yet."""
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    trial = triton_kernels._trial
    trial.cache_clear()
    yield
    trial.cache_clear()


def test_the_interpreter_runs_on_a_cpu():
    pytest.importorskip("triton")
    assert available(CPU) == ""


def test_without_it_a_cpu_will_not_do(monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET")
    assert available(CPU) == "triton does not run on cpu"
    assert available(torch.device("mps")) == "triton does not run on mps"


@pytest.mark.parametrize(
    ("capability", "reason"),
    [((9, 0), ""), ((8, 0), ""), ((7, 5), "cuda:0 is older than")],
)
def test_an_old_gpu_will_not_do(monkeypatch, capability, reason):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    monkeypatch.setattr(triton_kernels, "_trial", lambda _: "")
    assert available(GPU).startswith(reason)
    assert bool(available(GPU)) == bool(reason)


def test_without_triton_there_are_no_kernels(monkeypatch):
    monkeypatch.setitem(sys.modules, "triton", None)
    monkeypatch.delitem(sys.modules, "voiceprep.train.kernels.triton_lstm", raising=False)
    monkeypatch.delattr(kernels, "triton_lstm", raising=False)
    assert available(CPU).startswith("triton cannot be imported: ")


def test_where_launching_fails_the_reason_is_told_and_it_is_tried_once(monkeypatch):
    pytest.importorskip("triton")
    from voiceprep.train.kernels import triton_lstm

    tries = []

    def fail(*_):
        tries.append(1)
        raise subprocess.CalledProcessError(1, ["gcc"])

    monkeypatch.setattr(triton_lstm, "lstm_forward", fail)
    for _ in range(2):
        assert available(CPU).startswith("triton cannot launch a kernel: Command '['gcc']'")
    assert len(tries) == 1
