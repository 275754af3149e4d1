"""The gate threshold that stops a voice in time, from runs that went on past their gates."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from ...quality.proportion import Rate
from .gate import THRESHOLDS, first_over
from .run import RunMeasures
from .statistics import rate_of, resample

# A text counts as read where this share of it was passed in order.
READ = 0.7
PREMATURE, IN_TIME, MISSED = -1, 0, 1


@dataclass(frozen=True)
class ThresholdCurve:
    """Of each threshold, how often it missed the end and how often it stopped before it.

    recommended: the middle one of those that failed least, with a 95 % interval over sentences.
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
    """The outcome of each threshold in a run: PREMATURE, IN_TIME or MISSED.

    `gate` is the run's entire curve. None where the text was not read to its end: no threshold can
    stop that in time.
    """
    path = run.full_path
    if path.end is None or path.nearly is None or path.read < READ:
        return None
    latest = path.end + run.allowance / run.step_seconds
    outcomes = []
    for threshold in thresholds:
        step = first_over(gate, threshold)
        if step is None or step > latest:
            outcomes.append(MISSED)
        else:
            outcomes.append(PREMATURE if step < path.nearly else IN_TIME)
    return tuple(outcomes)


def threshold_curve(
    outcomes: Sequence[tuple[int, ...]],
    groups: Sequence[Hashable],
    thresholds: Sequence[float] = THRESHOLDS,
    seed: int = 0,
) -> ThresholdCurve:
    """The curve of the outcomes of runs, `groups` being their sentences.

    Raises ValueError for no runs.
    """
    if not outcomes:
        raise ValueError("no run reached the end of its text")
    table = np.array(outcomes)
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    failed = np.zeros((len(numbers), table.shape[1]))
    np.add.at(failed, [numbers[group] for group in groups], table != IN_TIME)
    drawn = np.rint(resample(len(numbers), seed) @ failed).astype(int)
    best = [_best(row, thresholds) for row in drawn]
    low, high = np.quantile(best, [0.025, 0.975], method="nearest")
    return ThresholdCurve(
        tuple(thresholds),
        tuple(rate_of(column, groups) for column in (table == MISSED).T),
        tuple(rate_of(column, groups) for column in (table == PREMATURE).T),
        _best(np.rint(failed.sum(0)).astype(int), thresholds),
        float(low),
        float(high),
    )


def _best(failed: np.ndarray, thresholds: Sequence[float]) -> float:
    """The middle one of the thresholds that failed least."""
    least = np.flatnonzero(failed == failed.min())
    return thresholds[int(least[len(least) // 2])]
