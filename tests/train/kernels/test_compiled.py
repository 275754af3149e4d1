import pytest
import torch

from voiceprep.train.kernels import compiled
from voiceprep.train.kernels.compiled import Compiled
from voiceprep.train.kernels.graphs import take_notes


@pytest.fixture
def compile_with(monkeypatch):
    """Replaces torch.compile by what a backend makes of a function."""

    def replace(make):
        monkeypatch.setattr(compiled.torch, "compile", make)

    return replace


def doubled(x):
    return 2 * x


def failing(error):
    def fail(*_):
        raise error

    return fail


def test_a_function_is_compiled(compile_with):
    compile_with(lambda _: lambda x: 3 * x)
    assert Compiled(doubled)(torch.ones(1)) == 3
    assert not take_notes()


def test_what_cannot_be_compiled_runs_as_it_is_and_the_reason_is_noted_once(compile_with):
    compile_with(lambda _: failing(RuntimeError("no C compiler\nmore")))
    run = Compiled(doubled)
    assert run(torch.ones(1)) == run(torch.ones(1)) == 2
    (note,) = take_notes()
    assert note.endswith("no C compiler")


def test_out_of_memory_is_not_taken_for_something_that_cannot_be_compiled(compile_with):
    compile_with(lambda _: failing(torch.OutOfMemoryError("CUDA out of memory")))
    with pytest.raises(torch.OutOfMemoryError):
        Compiled(doubled)(torch.ones(1))
