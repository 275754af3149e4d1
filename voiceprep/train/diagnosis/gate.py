"""Measures of a gate curve, and the stop that any threshold would have made.

A gate curve is (S,): at each decoder step the probability that speech ends there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Stop = Literal["gate", "saturated", "length", "limit", "nan", "empty"]

# The thresholds to compare: from one reached by chance to one that is hardly ever reached.
THRESHOLDS = tuple(round(0.05 * number, 2) for number in range(1, 20))


@dataclass(frozen=True)
class GateMeasures:
    """The measures of one gate curve.

    maximum: the largest probability; at_30, at_50 and at_70: the first step over 0.3, 0.5 and
    0.7, None where there is none; openings: how often it rises over the threshold.
    """

    maximum: float
    at_30: int | None
    at_50: int | None
    at_70: int | None
    openings: int


def measure_gate(gate: np.ndarray, threshold: float = 0.5) -> GateMeasures:
    """The measures of a gate curve (S,); without steps the maximum is 0."""
    opened = np.concatenate(([False], gate > threshold))
    at_30, at_50, at_70 = (first_over(gate, level) for level in (0.3, 0.5, 0.7))
    rises = int((opened[1:] & ~opened[:-1]).sum())
    return GateMeasures(float(gate.max(initial=0.0)), at_30, at_50, at_70, rises)


@dataclass(frozen=True, eq=False)
class GateBand:
    """The median of several gate curves at each step (S,), and their 10th and 90th percentile."""

    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray


def gate_band(gates: Sequence[np.ndarray]) -> GateBand:
    """The band of at least one curve (any S,); a shorter one keeps its last value."""
    longest = max(map(len, gates))
    held = [np.pad(gate, (0, longest - len(gate)), mode="edge") for gate in gates if len(gate)]
    if not held:
        return GateBand(*np.zeros((3, 0)))
    return GateBand(*np.quantile(held, [0.5, 0.1, 0.9], axis=0))


def first_over(gate: np.ndarray, threshold: float) -> int | None:
    """The first step whose value is over a threshold; None where there is none."""
    opened = np.flatnonzero(gate > threshold)
    return int(opened[0]) if len(opened) else None


def stop_at(gate: np.ndarray, threshold: float, without_gate: Stop) -> tuple[Stop, int]:
    """The reason and the number of steps of the stop that a threshold would have made.

    `without_gate` is what ended the recorded run, which went on after its gate opened: see
    `speak`. Raises ValueError for a threshold above those that the run was recorded for.
    """
    step = first_over(gate, threshold)
    if step is not None:
        return "gate", step + 1
    if without_gate == "gate":
        raise ValueError(f"the run ended before its gate was over {threshold}")
    return without_gate, len(gate)
