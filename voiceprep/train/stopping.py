"""When a sentence has been said: its gate opens, or its attention rests on the end for long."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from .checks.alignment import end_size
from .settings import InferConfig

Stop = Literal["gate", "saturated", "limit", "nan", "empty"]

# The attention stays on the end for as many times longer than on other symbols, at the least.
SATURATED_TIMES = 4


class Heard(NamedTuple):
    """A few steps of all who still speak, on the CPU: (S, B, …)."""

    frames: Tensor
    gate: Tensor
    weights: Tensor


class Judge:
    """Says who has finished, and why, a few steps at a time."""

    def __init__(self, per_step: int, lengths: Sequence[int], config: InferConfig):
        self.limit, self.heard = max(1, config.max_frames // per_step), 0
        self.threshold = config.gate_threshold
        self.patience = -(-config.saturation_frames // per_step) or np.inf
        self.symbols = np.array(lengths)
        self.ends = np.array([end_size(count) for count in self.symbols])
        self.rested = np.zeros(len(lengths), int)

    def look(self, heard: Heard) -> dict[int, tuple[Stop, int]]:
        """Of each place that has finished, the reason and the steps that count."""
        steps = len(heard.gate)
        opened = (torch.sigmoid(heard.gate) > self.threshold).numpy()
        broken = ~_finite(heard)
        saturated = self._saturated(heard.weights.numpy())
        ended: dict[int, tuple[Stop, int]] = {}
        for place in np.flatnonzero((opened | broken | saturated).any(0)):
            step = int((opened | broken | saturated)[:, place].argmax())
            length = self.heard + step
            if broken[step, place]:
                ended[int(place)] = "nan", length
            else:
                ended[int(place)] = "gate" if opened[step, place] else "saturated", length + 1
        self.heard += steps
        if self.heard == self.limit:
            for place in range(len(self.symbols)):
                ended.setdefault(place, ("limit", self.limit))
        return ended

    def keep(self, places: list[int]) -> None:
        """Go on with these alone."""
        self.symbols, self.ends = self.symbols[places], self.ends[places]
        self.rested = self.rested[places]

    def _saturated(self, weights: np.ndarray) -> np.ndarray:
        """Where the attention has rested on the end for far longer than speech takes, (S, B).

        Over half of it lay there, for `patience` steps and for several times as long as the
        text before took for as many symbols.
        """
        places = np.arange(weights.shape[2])
        end = (places < self.symbols[:, None]) & (places >= (self.symbols - self.ends)[:, None])
        resting = (weights * end).sum(2) > 0.5
        saturated = np.zeros_like(resting)
        for step, rests in enumerate(resting):
            self.rested = (self.rested + 1) * rests
            before = self.heard + step + 1 - self.rested
            usual = before / self.symbols * self.ends
            saturated[step] = self.rested >= np.maximum(self.patience, SATURATED_TIMES * usual)
        return saturated & resting


def _finite(heard: Heard) -> np.ndarray:
    finite = [torch.isfinite(part).flatten(2).all(2) for part in (heard.frames, heard.weights)]
    return (finite[0] & finite[1] & torch.isfinite(heard.gate)).numpy()
