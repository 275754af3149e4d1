"""When a sentence has been said: its gate opens, or its attention rests on the end for long."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from .checks.alignment import SETTLED_STEPS, end_size
from .checks.gate import Stop
from .settings import InferConfig

# The attention stays on the end for as many times longer than on other symbols, at the least.
SATURATED_TIMES = 4
# Frames of rest on the end that are heard at the least where the gate does not end a sentence.
PAST_GATE_FRAMES = 40


class Heard(NamedTuple):
    """A few steps of all who still speak, on the CPU: (S, B, …)."""

    frames: Tensor
    gate: Tensor
    weights: Tensor


class Judge:
    """Says who has finished, and why, a few steps at a time.

    past_gate: that a gate opened ends nothing; that it opened beyond this threshold does, once
    the attention rests on the end.
    """

    def __init__(
        self,
        per_step: int,
        lengths: Sequence[int],
        config: InferConfig,
        past_gate: float | None = None,
    ):
        self.limit, self.heard = max(1, config.max_frames // per_step), 0
        self.threshold = config.gate_threshold if past_gate is None else past_gate
        heard_at_least = max(SETTLED_STEPS, -(-PAST_GATE_FRAMES // per_step))
        self.rest = 0 if past_gate is None else heard_at_least
        self.patience = -(-config.saturation_frames // per_step) or np.inf
        self.symbols = np.array(lengths)
        self.ends = np.array([end_size(count) for count in self.symbols])
        self.rested = np.zeros(len(lengths), int)
        self.opened = np.zeros(len(lengths), bool)

    def look(self, heard: Heard) -> dict[int, tuple[Stop, int]]:
        """Of each place that has finished, the reason and the steps that count."""
        steps = len(heard.gate)
        broken = ~_finite(heard)
        rested, saturated = self._rest(heard.weights.numpy())
        opened = (torch.sigmoid(heard.gate) > self.threshold).numpy()
        if self.rest:
            opened = np.logical_or.accumulate(np.vstack([self.opened, opened]))[1:]
            self.opened = opened[-1]
            opened = opened & (rested >= self.rest)
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
        self.rested, self.opened = self.rested[places], self.opened[places]

    def _rest(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How long the attention has rested on the end, and where for longer than speech takes.

        Both (S, B). It rests where over half of it lies there; for too long after `patience`
        steps and several times as many as the text before took for as many symbols.
        """
        places = np.arange(weights.shape[2])
        end = (places < self.symbols[:, None]) & (places >= (self.symbols - self.ends)[:, None])
        resting = (weights * end).sum(2) > 0.5
        rested, saturated = np.zeros(resting.shape, int), np.zeros_like(resting)
        for step, rests in enumerate(resting):
            self.rested = rested[step] = (self.rested + 1) * rests
            before = self.heard + step + 1 - self.rested
            usual = before / self.symbols * self.ends
            saturated[step] = self.rested >= np.maximum(self.patience, SATURATED_TIMES * usual)
        return rested, saturated & resting


def _finite(heard: Heard) -> np.ndarray:
    finite = [torch.isfinite(part).flatten(2).all(2) for part in (heard.frames, heard.weights)]
    return (finite[0] & finite[1] & torch.isfinite(heard.gate)).numpy()
