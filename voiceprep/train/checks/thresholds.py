"""Which gate threshold ends a voice in time: read off runs that went on past their gates."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from ...proportion import Rate
from .gate import THRESHOLDS, first_over
from .run import RunMeasures
from .statistics import rate_of, resample

# Of a text that was read so much was passed in order.
READ = 0.7
PREMATURE, IN_TIME, MISSED = -1, 0, 1


@dataclass(frozen=True)
class ThresholdCurve:
    """Of each threshold, how often it missed the end and how often it came before it.

    recommended: the middle one of those that failed least; it lies in [low, high] 19 times of 20,
    had there been other sentences.
    """

    thresholds: tuple[float, ...]
    missed: tuple[Rate, ...]
    premature: tuple[Rate, ...]
    recommended: float
    low: float
    high: float


def judge_thresholds(
    gate: np.ndarray, run: RunMeasures, thresholds: Sequence[float] = THRESHOLDS
) -> tuple[int, ...] | None:
    """What each threshold makes of a run: PREMATURE, IN_TIME or MISSED.

    `gate` is all of the run's curve. None where the text was not read to its end: no threshold
    can end that in time.
    """
    whole = run.whole
    if whole.end is None or whole.nearly is None or whole.read < READ:
        return None
    latest = whole.end + run.allowance / run.step_seconds
    judged = []
    for threshold in thresholds:
        step = first_over(gate, threshold)
        if step is None or step > latest:
            judged.append(MISSED)
        else:
            judged.append(PREMATURE if step < whole.nearly else IN_TIME)
    return tuple(judged)


def threshold_curve(
    judged: Sequence[tuple[int, ...]],
    groups: Sequence[Hashable],
    thresholds: Sequence[float] = THRESHOLDS,
    seed: int = 0,
) -> ThresholdCurve:
    """The curve of runs that were judged, `groups` being their sentences.

    Raises ValueError for no runs.
    """
    if not judged:
        raise ValueError("no run came to the end of its text")
    table = np.array(judged)
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    failed = np.zeros((len(numbers), table.shape[1]))
    np.add.at(failed, [numbers[group] for group in groups], table != IN_TIME)
    drawn = np.rint(resample(len(numbers), seed) @ failed).astype(int)
    middles = [_middle(row, thresholds) for row in drawn]
    low, high = np.quantile(middles, [0.025, 0.975], method="nearest")
    return ThresholdCurve(
        tuple(thresholds),
        tuple(rate_of(column, groups) for column in (table == MISSED).T),
        tuple(rate_of(column, groups) for column in (table == PREMATURE).T),
        _middle(np.rint(failed.sum(0)).astype(int), thresholds),
        float(low),
        float(high),
    )


def _middle(failed: np.ndarray, thresholds: Sequence[float]) -> float:
    least = np.flatnonzero(failed == failed.min())
    return thresholds[least[len(least) // 2]]
