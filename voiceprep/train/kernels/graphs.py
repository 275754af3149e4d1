"""CUDA graphs: kernels that are launched over and over, recorded once and then launched as one.

What is recorded reads and writes fixed buffers only, waits for nothing and draws nothing at random.
On other devices, and where recording fails, the same function is called instead.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import torch

T = TypeVar("T")
# Runs before recording, in which libraries choose their kernels and take their workspaces.
WARM_UP_RUNS = 2
_reasons: dict[str, None] = {}


class Replay:
    """A function over fixed buffers: a CUDA graph of it on a GPU, the function itself elsewhere.

    On a GPU the function is called a few times when this is made: fill the buffers after that.
    """

    def __init__(self, function: Callable[[], None], device: torch.device):
        self.function = function
        self.graph = _record(function, device) if device.type == "cuda" else None

    def __call__(self) -> None:
        """Run it once."""
        if self.graph is None:
            self.function()
        else:
            self.graph.replay()


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
        made = self.kept[key] = make()
        return made


def add_note(note: str) -> None:
    """Keep a note for `take_notes`."""
    _reasons[note] = None


def take_notes() -> list[str]:
    """Why something was not recorded or compiled, a line for each new reason."""
    notes = [*_reasons]
    _reasons.clear()
    return notes


def _record(function: Callable[[], None], device: torch.device) -> "torch.cuda.CUDAGraph | None":
    try:
        stream = torch.cuda.Stream(device)
        stream.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP_RUNS):
                function()
        torch.cuda.current_stream(device).wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        # Only this thread: others may pin memory meanwhile, or watch over a reduction.
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            function()
    except RuntimeError as error:
        if isinstance(error, torch.OutOfMemoryError):
            raise
        reason = str(error).partition("\n")[0]
        add_note(f"CUDA graphs are off for some steps, which are slower without: {reason}")
        return None
    return graph
