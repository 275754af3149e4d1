import pytest
import torch

from voiceprep.train.kernels import graphs
from voiceprep.train.kernels.graphs import RecentlyUsed, Replay, take_notes

CPU = torch.device("cpu")


def test_elsewhere_than_on_a_gpu_the_function_itself_runs():
    total = torch.zeros(1)
    run = Replay(lambda: total.add_(1) and None, CPU)
    assert not total
    run()
    run()
    assert total == 2


def test_what_cannot_be_recorded_runs_as_it_is_and_the_reason_is_noted_once(monkeypatch):
    def refuse(*_):
        raise RuntimeError("operation not permitted when stream is capturing\nmore")

    monkeypatch.setattr(graphs.torch.cuda, "Stream", refuse)
    total = torch.zeros(1)
    for _ in range(2):
        Replay(lambda: total.add_(1) and None, torch.device("cuda"))()
    assert total == 2
    (note,) = take_notes()
    assert note.endswith("operation not permitted when stream is capturing")
    assert not take_notes()


def test_out_of_memory_is_not_taken_for_something_that_cannot_be_recorded(monkeypatch):
    def refuse(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(graphs.torch.cuda, "Stream", refuse)
    with pytest.raises(torch.OutOfMemoryError):
        Replay(lambda: None, torch.device("cuda"))


def test_the_least_recently_used_is_dropped():
    kept, made = RecentlyUsed(2), []

    def get(key):
        return kept.get(key, lambda: made.append(key) or key)

    assert [get(key) for key in "abacab"] == [*"abacab"]
    assert made == [*"abcb"]
