"""What a run will cost, measured on a few steps of it that change nothing that is kept."""

import resource
import sys
from dataclasses import dataclass

import numpy as np
import torch

from .batches import padded_share
from .beginning import Beginning
from .device import World
from .loop import Step, Task, take_step

TIMED_STEPS = 3


@dataclass(frozen=True)
class Forecast:
    """What was measured and what follows from it: seconds by the frames of the timed steps."""

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


def rehearse(beginning: Beginning, task: Task) -> Forecast:
    """Take the largest step and a few of usual size, on the run's own model."""
    run, pace, frames = beginning.run, beginning.pace, task.lengths
    plan, group = task.plan(0), pace.train.accumulate
    steps = [plan[first : first + group] for first in range(0, len(plan), group)]
    sizes = [sum(len(batch) * int(frames[batch].max()) for batch in step) for step in steps]
    order = np.argsort(sizes)
    usual = [steps[place] for place in np.resize(order[len(order) // 2 :], TIMED_STEPS)]
    device = next(run.model.parameters()).device
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)

    def take(step: list[np.ndarray]) -> Step:
        batches = [task.read(batch).to(device) for batch in step]
        return take_step(run, task, batches, pace, World(), run.model)

    run.model.train()
    take(steps[order[-1]])
    taken = [take(step) for step in usual]
    seconds = sum(step.seconds for step in taken)
    timed = sum(int(frames[batch].sum()) for step in usual for batch in step)
    return Forecast(
        len(task.items),
        int(task.items.frames.sum()),
        len(plan),
        padded_share(frames, plan),
        pace.total_steps - run.step,
        float(frames.sum()) / len(steps) / timed * seconds,
        sum(step.size for step in taken) / seconds,
        task.unit,
        _peak_bytes(device),
    )


def _peak_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
