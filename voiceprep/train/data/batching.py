"""Which clips go into which batch, planned from lengths alone, and prefetching of batches.

The batches are a pure function of the lengths, the seed and the epoch: a run resumes anywhere in an
epoch by skipping the batches it has done, without reading them.
"""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from ...errors import UserError

T = TypeVar("T")
# Clips are sorted by length within so many batches: more would cost more randomness than they
# save in padding.
WINDOW = 32
# Relative noise on the lengths when sorted, so that a dataset smaller than a window has other
# batches in every epoch.
JITTER = 0.05
# Finished batches that wait for training, beside those in progress.
WAITING = 1


def epoch_batches(
    frames: np.ndarray,
    epoch: int,
    seed: int,
    batch_size: int = 16,
    batch_frames: int = 0,
    rank: int = 0,
    world: int = 1,
) -> list[np.ndarray]:
    """The indices of the clips in each batch of an epoch, for the process `rank` of `world`.

    `frames` holds every clip's length, (clips,). A batch has at most `batch_size` clips or,
    where `batch_frames` is given, at most that many frames, padding included; a clip longer
    than that is a batch alone. Clips of similar length go together; the batch order is random.

    Every clip occurs once an epoch, and no batch is empty. All processes have equally many
    batches; those at the same index are together the batch that a single process with `world`
    times the `batch_size` has there. Processes may get unequal numbers of clips, so losses must be
    weighted by frames. Only where a step has fewer clips than there are processes do the other
    processes repeat one of its clips.

    Raises UserError where there is no clip.
    """
    if not len(frames):
        raise UserError("there is no clip to train on")
    frames = np.asarray(frames, np.int64)
    random = np.random.default_rng((seed, epoch))
    step_clips = world * (_typical_size(frames, batch_frames) if batch_frames else batch_size)
    order = _sorted_in_windows(frames, WINDOW * step_clips, random)
    if batch_frames:
        steps = _packed(order, frames, batch_frames, world)
    else:
        steps = np.array_split(order, -(-len(order) // step_clips))
    return [_share(steps[place], rank, world) for place in random.permutation(len(steps))]


def evaluation_batches(
    frames: np.ndarray,
    batch_size: int = 16,
    batch_frames: int = 0,
    rank: int = 0,
    world: int = 1,
) -> list[np.ndarray]:
    """The indices of the clips in each batch of an evaluation: once each, in order of length.

    Batches are dealt to the processes in turn, so that some may have fewer, or none.
    """
    frames = np.asarray(frames, np.int64)
    order = np.argsort(frames, kind="stable")
    if batch_frames:
        return _packed(order, frames, batch_frames, 1)[rank::world]
    count = -(-len(order) // batch_size)
    return np.array_split(order, count)[rank::world] if count else []


def read_ahead(
    batches: Sequence[np.ndarray], read: Callable[[np.ndarray], T], workers: int = 0
) -> Generator[T]:
    """The result of `read` for every batch, in order.

    `workers` threads read ahead; with 0 a batch is read when it is needed. An error of `read` is
    raised at its batch. When the iterator is closed, or Ctrl-C ends the loop over it, nothing more
    is read.
    """
    if not workers:
        yield from map(read, batches)
        return
    # Threads: reading arrays and computing spectra release the interpreter lock, and nothing is
    # copied between processes.
    pool = ThreadPoolExecutor(workers, thread_name_prefix="voiceprep-read")
    pending: deque[Future[T]] = deque()
    try:
        for indices in batches:
            pending.append(pool.submit(read, indices))
            if len(pending) >= workers + WAITING:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def padded_share(frames: np.ndarray, batches: Sequence[np.ndarray]) -> float:
    """The share of padding in all frames of the batches, 0 to 1."""
    frames = np.asarray(frames)
    padded = sum(len(batch) * int(frames[batch].max()) for batch in batches)
    return 1 - sum(int(frames[batch].sum()) for batch in batches) / padded if padded else 0.0


def _typical_size(frames: np.ndarray, batch_frames: int) -> int:
    return max(1, int(batch_frames / max(frames.mean(), 1)))


def _sorted_in_windows(frames: np.ndarray, size: int, random: np.random.Generator) -> np.ndarray:
    """All clips, shuffled, then sorted within windows, alternately up and down."""
    order = random.permutation(len(frames))
    lengths = frames * random.uniform(1 - JITTER, 1 + JITTER, len(frames))
    windows = []
    for number, first in enumerate(range(0, len(order), size)):
        window = order[first : first + size]
        window = window[np.argsort(lengths[window], kind="stable")]
        windows.append(window[::-1] if number % 2 else window)
    return np.concatenate(windows)


def _packed(order: np.ndarray, frames: np.ndarray, budget: int, world: int) -> list[np.ndarray]:
    """Steps of neighbours in `order`, with each process's share within the budget of frames."""
    cuts, first, longest = [0], 0, 0
    for place, length in enumerate(frames[order].tolist()):
        share, longest = -(-(place - first + 1) // world), max(longest, length)
        if share > 1 and share * longest > budget:
            cuts.append(place)
            first, longest = place, length
    if len(cuts) > 1:
        middle = (cuts[-2] + len(order)) // 2
        halves = np.split(order[cuts[-2] :], [middle - cuts[-2]])
        if all(-(-len(half) // world) * frames[half].max() <= budget for half in halves):
            cuts[-1] = middle
    return np.split(order, cuts[1:]) if len(order) else []


def _share(step: np.ndarray, rank: int, world: int) -> np.ndarray:
    """The clips of a step that one process takes."""
    return step[rank::world] if rank < len(step) else step[rank % len(step) :][:1]
