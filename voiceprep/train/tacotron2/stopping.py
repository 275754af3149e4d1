"""Stop detection: the gate opens, or the attention rests on the end for too long."""

from collections.abc import Sequence

import numpy as np
import torch

from ..diagnosis.alignment import SETTLED_STEPS, end_size
from ..diagnosis.gate import Stop
from ..settings import InferConfig
from .stepper import DecoderOutputs

# How many times longer than on other symbols the attention must at least rest on the end.
SATURATED_TIMES = 4
# Frames for which the attention must at least rest on the end if the gate alone does not stop.
PAST_GATE_FRAMES = 40


class StopDetector:
    """Detects which sentences have stopped, and why, a few steps at a time.

    past_gate: an open gate does not stop a sentence by itself; one that opened above this
    threshold does so once the attention rests on the end.
    """

    def __init__(
        self,
        per_step: int,
        lengths: Sequence[int],
        config: InferConfig,
        past_gate: float | None = None,
    ):
        self.limit, self.steps = max(1, config.max_frames // per_step), 0
        self.threshold = config.gate_threshold if past_gate is None else past_gate
        least = max(SETTLED_STEPS, -(-PAST_GATE_FRAMES // per_step))
        self.past_gate_steps = 0 if past_gate is None else least
        self.patience = -(-config.saturation_frames // per_step) or np.inf
        self.symbols = np.array(lengths)
        self.ends = np.array([end_size(count) for count in self.symbols])
        self.resting = np.zeros(len(lengths), int)
        self.opened = np.zeros(len(lengths), bool)

    def update(self, outputs: DecoderOutputs) -> dict[int, tuple[Stop, int]]:
        """The reason and the number of steps of each place that has stopped.

        outputs: the next steps of the active sentences, on the CPU.
        """
        steps = len(outputs.gate)
        broken = ~_finite(outputs)
        resting, saturated = self._count_resting(outputs.weights.numpy())
        opened = (torch.sigmoid(outputs.gate) > self.threshold).numpy()
        if self.past_gate_steps:
            opened = np.logical_or.accumulate(np.vstack([self.opened, opened]))[1:]
            self.opened = opened[-1]
            opened = opened & (resting >= self.past_gate_steps)
        ended: dict[int, tuple[Stop, int]] = {}
        for place in map(int, np.flatnonzero((opened | broken | saturated).any(0))):
            step = int((opened | broken | saturated)[:, place].argmax())
            length = self.steps + step
            if broken[step, place]:
                ended[place] = "nan", length
            else:
                ended[place] = "gate" if opened[step, place] else "saturated", length + 1
        self.steps += steps
        if self.steps == self.limit:
            for place in range(len(self.symbols)):
                ended.setdefault(place, ("limit", self.limit))
        return ended

    def keep(self, places: list[int]) -> None:
        """Continue with these places only."""
        self.symbols, self.ends = self.symbols[places], self.ends[places]
        self.resting, self.opened = self.resting[places], self.opened[places]

    def _count_resting(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The steps for which the attention has rested on the end, and whether for too long.

        Both (S, B). It rests while over half of it is on the end. Too long is `patience` steps,
        and several times as many as the text before took for as many symbols.
        """
        places = np.arange(weights.shape[2])
        end = (places < self.symbols[:, None]) & (places >= (self.symbols - self.ends)[:, None])
        at_end = (weights * end).sum(2) > 0.5
        resting, saturated = np.zeros(at_end.shape, int), np.zeros_like(at_end)
        for step, rests in enumerate(at_end):
            self.resting = resting[step] = (self.resting + 1) * rests
            before = self.steps + step + 1 - self.resting
            usual = before / self.symbols * self.ends
            saturated[step] = self.resting >= np.maximum(self.patience, SATURATED_TIMES * usual)
        return resting, saturated & at_end


def _finite(outputs: DecoderOutputs) -> np.ndarray:
    finite = [torch.isfinite(part).flatten(2).all(2) for part in (outputs.frames, outputs.weights)]
    return (finite[0] & finite[1] & torch.isfinite(outputs.gate)).numpy()
