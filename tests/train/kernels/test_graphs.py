from contextlib import contextmanager
from functools import partial

import pytest
import torch

from voiceprep.train.kernels import graphs
from voiceprep.train.kernels.graphs import (
    RecentlyUsed,
    Replay,
    StepGraph,
    Steps,
    buffer_like,
    key_of,
    take_notes,
)

CPU = torch.device("cpu")


def test_elsewhere_than_on_a_gpu_the_function_itself_runs():
    total = torch.zeros(1)
    run = Replay(lambda: total.add_(1) and None, CPU)
    assert not total
    run()
    run()
    assert total == 2


class Gpu:
    """What recording asks of torch.cuda, as torch has it: an error in a recording ends it early."""

    def __init__(self, monkeypatch):
        self.streams, self.happened, self.broken = ["current"], [], False
        self.on = None
        self.default_generators, self.CUDAGraph = [self], lambda: self
        for name in (
            "current_stream",
            "stream",
            "device",
            "graph",
            "CUDAGraph",
            "default_generators",
        ):
            monkeypatch.setattr(torch.cuda, name, getattr(self, name))
        monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: (0, 7))
        monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
        monkeypatch.setattr(graphs, "_stream", lambda _: Stream("recording"))
        for name in ("_cuda_endAllocateToPool", "_cuda_releasePool"):
            monkeypatch.setattr(torch._C, name, partial(self.end_pool, name))

    def current_stream(self, _):
        return Stream(self.streams[-1])

    @contextmanager
    def device(self, entered):
        before, self.on = self.on, entered
        yield
        self.on = before

    @contextmanager
    def stream(self, entered):
        before = len(self.streams)
        self.streams.append(entered)
        try:
            yield
        finally:
            del self.streams[before:]

    @contextmanager
    def graph(self, graph, pool, stream, capture_error_mode):
        assert (graph, pool, capture_error_mode) == (self, (0, 7), "thread_local")
        self.streams.append(stream)
        self.happened.append("begin")
        try:
            yield
        finally:
            if self.broken:
                raise RuntimeError("operation failed due to a previous error during capture")
        self.streams.pop()

    def replay(self):
        self.happened.append("replay")

    def clone_state(self):
        return "cloned"

    def graphsafe_set_state(self, state):
        self.happened.append(state)

    def end_pool(self, name, device, pool):
        assert (device, pool) == (0, (0, 7))
        if "begin" not in self.happened:
            raise RuntimeError("not currently recording to mempool_id")
        self.happened.append(name)


class Stream(str):
    def wait_stream(self, other):
        pass


@pytest.fixture
def gpu(monkeypatch):
    return Gpu(monkeypatch)


def replay_of(function):
    return Replay(function, torch.device("cuda"))


def test_on_a_gpu_a_function_runs_before_it_is_recorded_and_is_then_replayed(gpu):
    runs = []
    run = replay_of(lambda: runs.append(gpu.streams[-1]))
    run()
    assert runs == ["recording"] * 3
    assert gpu.happened == ["begin", "replay"]
    assert gpu.streams == ["current"]
    assert not take_notes()


def test_what_cannot_be_recorded_runs_as_it_is_and_the_reason_is_noted_once(gpu):
    runs = []

    def function():
        runs.append(gpu.streams[-1])
        if gpu.happened[-1:] == ["begin"]:
            gpu.broken = True
            raise RuntimeError("operation not permitted when stream is capturing\nmore")

    for _ in range(2):
        gpu.happened.clear()
        replay_of(function)()
        assert runs[-1] == "current"
        assert gpu.happened == [
            "begin",
            "cloned",
            "_cuda_endAllocateToPool",
            "_cuda_releasePool",
        ]
    (note,) = take_notes()
    assert note.endswith("operation not permitted when stream is capturing")
    assert not take_notes()


def test_what_is_not_recorded_runs_with_its_gpu_as_the_current_one(gpu):
    devices = []

    def function():
        devices.append(gpu.on)
        gpu.broken = True

    replay_of(function)()
    assert devices[-1] == torch.device("cuda")
    assert len(take_notes()) == 1


def test_what_fails_before_it_is_recorded_leaves_no_pool_to_end(gpu):
    runs = []

    def function():
        runs.append(None)
        if len(runs) == 1:
            raise ValueError("too few registers")

    replay_of(function)()
    assert len(runs) == 2
    assert gpu.happened == ["cloned"]
    assert [note.endswith("ValueError: too few registers") for note in take_notes()] == [True]


def test_out_of_memory_is_not_taken_for_something_that_cannot_be_recorded(gpu):
    def function():
        if gpu.happened:
            gpu.broken = True
            raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(torch.OutOfMemoryError):
        replay_of(function)
    assert gpu.streams == ["current"]
    assert not take_notes()


def test_the_least_recently_used_is_dropped():
    kept, made = RecentlyUsed(2), []

    def get(key):
        return kept.get(key, lambda: made.append(key) or key)

    assert [get(key) for key in "abacab"] == [*"abacab"]
    assert made == [*"abcb"]


def test_all_are_dropped_where_memory_runs_out():
    kept, tries = RecentlyUsed(2), []

    def make():
        tries.append(len(kept.kept))
        if len(tries) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return "made"

    kept.get("other", lambda: "other")
    assert kept.get("one", make) == "made"
    assert tries == [1, 0]
    assert [*kept.kept] == ["one"]


class Sums(Steps):
    """Cumulative sums of x · weight, over K steps of one number."""

    def __init__(self, steps, reverse=False):
        self.reverse = reverse
        self.weight, self.x, self.total = torch.full((1,), 9.0), torch.zeros(steps), torch.ones(1)
        self.sums = torch.empty(steps)
        self.parameters, self.inputs, self.outputs = (self.weight,), (self.x, None), (self.sums,)
        self.state = (self.total,)
        self.carry = ((self.total, self.sums[:1] if reverse else self.sums[-1:]),)

    def run(self):
        parts = self.x.flip(0) if self.reverse else self.x
        sums = self.total + torch.cumsum(parts * self.weight, 0)
        self.sums.copy_(sums.flip(0) if self.reverse else sums)


@pytest.mark.parametrize("count", [1, 3, 4, 5, 12, 13])
def test_a_sequence_of_any_length_is_run_chunk_by_chunk(count):
    x, found = torch.randn(count), torch.full((count,), torch.nan)
    chunk = StepGraph(Sums(4))
    for _ in range(2):
        chunk.sequence((torch.tensor([2.0]),), (x, None), (found,))
        torch.testing.assert_close(found, torch.cumsum(2 * x, 0))


@pytest.mark.parametrize("count", [1, 4, 6, 9])
def test_or_from_its_end(count):
    x, found = torch.randn(count), torch.full((count,), torch.nan)
    chunk = StepGraph(Sums(4, reverse=True))
    for _ in range(2):
        chunk.sequence((torch.tensor([2.0]),), (x, None), (found,), reverse=True)
        torch.testing.assert_close(found, torch.cumsum(2 * x.flip(0), 0).flip(0))


def test_what_is_not_a_number_in_one_sequence_does_not_reach_the_next():
    chunk, found = StepGraph(Sums(4)), torch.zeros(2)
    chunk.sequence((torch.ones(1),), (torch.full((4,), torch.nan), None), (torch.zeros(4),))
    chunk.sequence((torch.ones(1),), (torch.ones(2), None), (found,))
    assert found.tolist() == [1, 2]


def test_an_output_that_nobody_wants_is_not_copied():
    chunk = StepGraph(Sums(4))
    chunk.sequence((torch.ones(1),), (torch.ones(6), None), (None,))
    assert chunk.steps.total == 6


def test_chunks_are_kept_by_all_that_they_depend_on_but_the_length():
    inputs = torch.zeros(7, 3, 2)
    key = key_of(16, inputs, None)
    assert key == key_of(16, torch.zeros(9, 3, 2), None)
    assert key != key_of(32, inputs, None)
    assert key != key_of(16, inputs, inputs)
    assert key != key_of(16, inputs.half(), None)
    assert key != key_of(16, torch.zeros(7, 3, 4), None)
    assert buffer_like(inputs, 4).shape == (4, 3, 2)
    assert buffer_like(None, 4) is None


def test_products_in_tf32_have_chunks_of_their_own():
    inputs, before = torch.zeros(7, 3), torch.get_float32_matmul_precision()
    keys = []
    for precision in ("highest", "high"):
        torch.set_float32_matmul_precision(precision)
        keys.append(key_of(16, inputs))
    torch.set_float32_matmul_precision(before)
    assert keys[0] != keys[1]
