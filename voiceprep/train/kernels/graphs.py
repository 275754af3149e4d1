"""CUDA graphs: kernels that are launched over and over, recorded once and then launched as one.

What is recorded reads and writes fixed buffers only, waits for nothing and draws nothing at random.
On other devices, and where recording fails, the same function is called instead.
"""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import lru_cache
from typing import Generic, TypeVar

import torch
from torch import Tensor

T = TypeVar("T")
V = TypeVar("V", Tensor, Tensor | None)
# Runs before recording, in which libraries choose their kernels and take their workspaces.
WARM_UP_RUNS = 2
# Sizes of batches whose chunks are kept: of training, sorted by length, and of evaluation.
KEPT_SIZES = 16
_reasons: dict[str, None] = {}


class Replay:
    """A function over fixed buffers: a CUDA graph of it on a GPU, the function itself elsewhere.

    On a GPU the function is called a few times when this is made: fill the buffers after that.
    """

    def __init__(self, function: Callable[[], None], device: torch.device):
        self.function, self.device = function, device
        self.graph = _record(function, device) if device.type == "cuda" else None

    def __call__(self) -> None:
        """Run it once."""
        if self.graph is None:
            with on_device(self.device):
                self.function()
        else:
            self.graph.replay()


class Steps(ABC):
    """A run over a few steps in buffers that stay where they are.

    parameters: what all steps share; inputs and outputs: (K, …), K being the steps; state: what is
    zero before a sequence, and goes from one run to the next; carry: pairs of a part of the state
    and what it becomes after a run.
    """

    parameters: tuple[Tensor, ...]
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    state: tuple[Tensor, ...]
    carry: tuple[tuple[Tensor, Tensor], ...]

    @abstractmethod
    def run(self) -> None:
        """Run all steps."""


S = TypeVar("S", bound=Steps)


class StepGraph(Generic[S]):
    """A run over fixed buffers, recorded, for sequences of any length."""

    def __init__(self, steps: S):
        self.steps = steps
        self.replay = Replay(steps.run, steps.parameters[0].device)

    def sequence(
        self,
        parameters: Sequence[Tensor],
        inputs: Sequence[Tensor | None],
        outputs: Sequence[Tensor | None],
        reverse: bool = False,
    ) -> None:
        """Run over a sequence, (S, …), chunk by chunk, from its end if `reverse`.

        Writes all outputs that are not None. The steps beyond the end of the sequence are zeros.
        """
        steps = self.steps
        for buffer, value in zip(steps.parameters, parameters, strict=True):
            buffer.copy_(value)
        for buffer in steps.state:
            buffer.zero_()
        size, count = len(steps.outputs[0]), max(len(x) for x in inputs if x is not None)
        starts = range(0, count, size)
        for start in reversed(starts) if reverse else starts:
            part = slice(start, min(start + size, count))
            for source, target in zip(inputs, steps.inputs, strict=True):
                if source is not None and target is not None:
                    fill(target, source[part])
            self.replay()
            for target, source in zip(outputs, steps.outputs, strict=True):
                if target is not None:
                    target[part] = source[: part.stop - start]
            for first, last in steps.carry:
                first.copy_(last)


def first_that_runs(kinds: Sequence[Callable[[], S]]) -> StepGraph[S]:
    """A chunk of the first of some kinds of steps that runs; says why another one does not."""
    *others, last = kinds
    for make in others:
        try:
            steps = make()
            with on_device(steps.parameters[0].device):
                steps.run()
        except torch.OutOfMemoryError:
            raise
        except Exception as error:  # A compiler of kernels fails in many ways.
            note(f"kernels in Triton are off for some steps: {type(error).__name__}: {error}")
        else:
            return StepGraph(steps)
    return StepGraph(last())


def on_device(device: torch.device) -> AbstractContextManager[object]:
    """Within it a GPU is the current one: Triton launches its kernels there, wherever they read."""
    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


def fill(buffer: Tensor, values: Tensor) -> None:
    """Write values (n, …) to the start of a buffer (K, …), and zeros to the rest."""
    buffer[: len(values)] = values
    buffer[len(values) :].zero_()


def buffer_like(values: V, steps: int) -> V:
    """Zeros for so many steps of what is (S, …); None stays None."""
    return values if values is None else values.new_zeros(steps, *values.shape[1:])


def key_of(chunk_steps: int, *tensors: Tensor | None) -> Hashable:
    """What a chunk depends on: its steps, and all but the steps of some inputs, (S, …) each."""
    kinds = [value if value is None else (value.shape[1:], value.dtype) for value in tensors]
    device = next(value.device for value in tensors if value is not None)
    return chunk_steps, device, torch.get_float32_matmul_precision(), *kinds


class RecentlyUsed(Generic[T]):
    """The objects that were used last, by key, at most so many; the oldest one is dropped."""

    def __init__(self, most: int):
        self.most = most
        self.kept: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The object of a key, made where there is none."""
        if key in self.kept:
            self.kept.move_to_end(key)
            return self.kept[key]
        if len(self.kept) >= self.most:
            # Dropped first: its memory may be needed for the next one.
            self.kept.popitem(last=False)
        try:
            self.kept[key] = make()
        except torch.OutOfMemoryError:
            self.kept.clear()
        if key not in self.kept:
            # Not above, where the error still holds what was made before it.
            self.kept[key] = make()
        return self.kept[key]


def note(reason: str) -> None:
    """Keep the first line of a reason why something is slower than it might be."""
    _reasons[reason.partition("\n")[0]] = None


def take_notes() -> tuple[str, ...]:
    """The reasons that were noted since the last call, a line each."""
    notes = tuple(_reasons)
    _reasons.clear()
    return notes


def _record(function: Callable[[], None], device: torch.device) -> "torch.cuda.CUDAGraph | None":
    """The graph of a function; None where it cannot be recorded, which is noted."""
    errors: list[Exception] = []

    def run() -> None:
        try:
            function()
        except Exception as error:
            errors.append(error)
            raise

    current, pool = torch.cuda.current_stream(device), torch.cuda.graph_pool_handle()
    # A recording that fails does not leave its stream by itself.
    with torch.cuda.stream(current):
        try:
            stream = _stream(device)
            stream.wait_stream(current)
            with torch.cuda.stream(stream):
                for _ in range(WARM_UP_RUNS):
                    run()
            current.wait_stream(stream)
            graph = torch.cuda.CUDAGraph()
            # Only this thread: others may pin memory meanwhile, or watch over a reduction.
            with torch.cuda.graph(graph, pool, stream, capture_error_mode="thread_local"):
                run()
        except Exception as error:
            _clean_up(torch.cuda.current_device(), pool)
            # The error that ends a recording hides the one that broke it.
            first = errors[0] if errors else error
            if isinstance(first, torch.OutOfMemoryError):
                raise first from None
            note(f"CUDA graphs are off for some steps: {type(first).__name__}: {first}")
            return None
    return graph


def _clean_up(device: int, pool: tuple[int, int]) -> None:
    """Undo what a recording that failed leaves behind.

    The generator would refuse to draw, and the allocator would wait with all memory that two
    streams have used.
    """
    generator = torch.cuda.default_generators[device]
    generator.graphsafe_set_state(generator.clone_state())
    # torch raises where it has ended the pool already, and has no public name for this.
    with suppress(RuntimeError):
        torch._C._cuda_endAllocateToPool(device, pool)
        torch._C._cuda_releasePool(device, pool)


@lru_cache
def _stream(device: torch.device) -> torch.cuda.Stream:
    """The one for all recordings: libraries take a workspace for each stream."""
    return torch.cuda.Stream(device)
