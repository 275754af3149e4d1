"""Batches on their way to a device: in order, and copied to a GPU by the threads that read."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from voiceprep.train.data.prefetch import batches_on
from voiceprep.train.tensors import Movable

CPU, GPU = torch.device("cpu"), torch.device("cuda", 0)
PLACES = [np.array([number]) for number in range(6)]


@dataclass(frozen=True)
class Numbers(Movable):
    values: torch.Tensor


def read(indices):
    return Numbers(torch.from_numpy(indices))


@pytest.mark.parametrize("workers", [0, 2])
def test_all_batches_come_in_order_on_the_device(workers):
    batches = batches_on(CPU, PLACES, read, workers)
    assert [int(batch.values) for batch in batches] == list(range(6))
    moved = batches_on(torch.device("meta"), PLACES, read, workers)
    assert all(batch.values.is_meta for batch in moved)


class Gpu:
    """Stands in for torch.cuda: notes what is done, by which thread, on which stream."""

    def __init__(self, monkeypatch):
        self.done, self.place = [], threading.local()
        for name in ("Stream", "current_stream"):
            monkeypatch.setattr(torch.cuda, name, lambda _, name=name: Stream(self, name))
        monkeypatch.setattr(torch.cuda, "stream", self.stream)
        monkeypatch.setattr(
            torch.Tensor, "pin_memory", lambda tensor: self.note("pin", tensor, tensor)
        )
        monkeypatch.setattr(
            torch.Tensor, "to", lambda tensor, *_, **__: self.note("copy", tensor, tensor)
        )
        monkeypatch.setattr(
            torch.Tensor, "record_stream", lambda tensor, _: self.note("keep", tensor)
        )

    @contextmanager
    def stream(self, stream):
        self.place.stream = stream.name
        yield
        self.place.stream = None

    def note(self, what, tensor, result=None):
        in_thread = threading.current_thread() is not threading.main_thread()
        self.done.append((what, int(tensor), in_thread, getattr(self.place, "stream", None)))
        return result


class Stream:
    def __init__(self, gpu, name):
        self.gpu, self.name = gpu, name

    def record_event(self):
        return self

    def wait_event(self, event):
        self.gpu.done.append(("wait", self.name, event.name))


def test_a_gpu_gets_batches_from_pinned_memory_on_a_stream_that_its_work_waits_for(monkeypatch):
    gpu, seen = Gpu(monkeypatch), []
    for number, batch in enumerate(batches_on(GPU, PLACES, read, 1)):
        assert int(batch.values) == number
        steps = [entry for entry in gpu.done if number in entry[1:2]]
        assert steps == [
            ("pin", number, True, "Stream"),
            ("copy", number, True, "Stream"),
            ("keep", number, False, None),
        ]
        assert gpu.done.count(("wait", "current_stream", "Stream")) == number + 1
        seen.append(number)
    assert seen == list(range(6))


@pytest.mark.parametrize("device", [CPU, GPU])
@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_comes_at_its_batch(device, workers, monkeypatch):
    Gpu(monkeypatch)

    def fail(indices):
        if indices[0] == 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return read(indices)

    batches = batches_on(device, PLACES, fail, workers)
    assert [int(next(batches).values) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(torch.OutOfMemoryError):
        next(batches)


@pytest.mark.parametrize("device", [CPU, GPU])
def test_nothing_more_is_read_once_it_is_closed(device, monkeypatch):
    Gpu(monkeypatch)
    numbers = []

    def noted(indices):
        numbers.append(indices)
        return read(indices)

    many = [np.array([number]) for number in range(1000)]
    batches = batches_on(device, many, noted, 1)
    next(batches)
    batches.close()
    assert len(numbers) < 10
