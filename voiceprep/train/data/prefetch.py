"""Batches on the device, read and copied while others compute."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import TypeVar

import numpy as np
import torch

from ..tensors import Movable
from .batching import read_ahead

B = TypeVar("B", bound=Movable)


def batches_on(
    device: torch.device,
    batches: Sequence[np.ndarray],
    read: Callable[[np.ndarray], B],
    workers: int = 0,
) -> Generator[B]:
    """The result of `read` for every batch, as by `read_ahead`, on the device.

    The threads that read also start the copies to a GPU, whose work does not wait for them.
    """
    if device.type == "cuda":
        yield from _copied(device, batches, read, workers)
        return
    with closing(read_ahead(batches, read, workers)) as ahead:
        for batch in ahead:
            yield batch.to(device)


def _copied(
    device: torch.device,
    batches: Sequence[np.ndarray],
    read: Callable[[np.ndarray], B],
    workers: int,
) -> Generator[B]:
    copies = torch.cuda.Stream(device)

    def load(indices: np.ndarray) -> tuple[B, torch.cuda.Event]:
        batch = read(indices)
        # A thread's device is the first GPU until it is told another.
        with torch.cuda.stream(copies):
            return batch.pin_memory().to(device), copies.record_event()

    with closing(read_ahead(batches, load, workers)) as ahead:
        for batch, copied in ahead:
            computing = torch.cuda.current_stream(device)
            computing.wait_event(copied)
            # The memory is that of the stream of copies, which would give it to the next one.
            batch.record_stream(computing)
            yield batch
