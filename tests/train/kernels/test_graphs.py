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


def test_what_cannot_be_recorded_runs_as_it_is_and_the_reason_is_noted_once(monkeypatch):
    def refuse(*_):
        raise RuntimeError("operation not permitted when stream is capturing\nmore")

    monkeypatch.setattr(graphs, "_stream", refuse)
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

    monkeypatch.setattr(graphs, "_stream", refuse)
    with pytest.raises(torch.OutOfMemoryError):
        Replay(lambda: None, torch.device("cuda"))


def test_the_least_recently_used_is_dropped():
    kept, made = RecentlyUsed(2), []

    def get(key):
        return kept.get(key, lambda: made.append(key) or key)

    assert [get(key) for key in "abacab"] == [*"abacab"]
    assert made == [*"abcb"]


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
