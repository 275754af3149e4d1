"""Estimates what a run will cost from a few of its steps, which save nothing."""

import resource
import sys
from dataclasses import dataclass

import numpy as np
import torch

from ..data.batching import padded_share
from ..device import World, memory_errors
from .loop import Step, Task, describe_batch, read_steps, take_step
from .setup import RunSetup

TIMED_STEPS = 3


@dataclass(frozen=True)
class CostEstimate:
    """The measured cost, and the time of the run, scaled by the frames of the timed steps."""

    clips: int
    frames: int
    batches: int
    padded: float
    steps: int
    seconds_per_step: float
    items_per_second: float
    unit: str
    peak_bytes: int

    @property
    def hours(self) -> float:
        """Hours until all steps are taken."""
        return self.steps * self.seconds_per_step / 3600


def estimate_cost(setup: RunSetup, task: Task) -> CostEstimate:
    """Time the largest step and a few of usual size, on the run's own model."""
    run, plan, lengths = setup.run, setup.plan, task.lengths
    batches, group = task.epoch_batches(0), plan.train.accumulate
    steps = [batches[first : first + group] for first in range(0, len(batches), group)]
    sizes = [sum(len(batch) * int(lengths[batch].max()) for batch in step) for step in steps]
    order = np.argsort(sizes)
    usual = [steps[place] for place in np.resize(order[len(order) // 2 :], TIMED_STEPS)]
    device = next(run.model.parameters()).device
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)

    def take(step: list[np.ndarray]) -> Step:
        with memory_errors(describe_batch(task, step)):
            read = [task.read(batch).to(device) for batch in step]
            return read_steps([take_step(run, task, read, plan, World(), run.model)])[0]

    run.model.train()
    take(steps[order[-1]])
    taken = [take(step) for step in usual]
    seconds = sum(step.seconds for step in taken)
    timed = sum(int(lengths[batch].sum()) for step in usual for batch in step)
    return CostEstimate(
        len(task.items),
        int(task.items.frames.sum()),
        len(batches),
        padded_share(lengths, batches),
        plan.total_steps - run.step,
        float(lengths.sum()) / len(steps) / timed * seconds,
        sum(step.size for step in taken) / seconds,
        task.unit,
        _peak_bytes(device),
    )


def _peak_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
