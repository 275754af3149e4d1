"""Measures of an alignment: whether the text was read once, from left to right, to its end.

An alignment is (S, N): the attention weights of S decoder steps over N symbols.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

# The width of the diagonal as a share of the text, as in guided attention.
DIAGONAL_SIGMA = 0.2
# The most symbols of a jump ahead, and back, that is not yet a skip or a repeat: up to four letters
# may be silent, and going back by one or two is usual.
MOST_PASSED = 4
MOST_BACK = 2
# The most symbols that count as the end of a text, and the symbols of text needed for each.
END_SYMBOLS = 3
SYMBOLS_PER_END = 10
# Steps that the attention must stay on the end to count as resting there, and that it may take to
# find the start.
SETTLED_STEPS = 10
# The width of a median filter: leaving a place for less than half of this does not count. A median
# of any width leaves a rising path as it is.
STEADY_STEPS = 15


@dataclass(frozen=True)
class AlignmentMeasures:
    """The measures of one alignment.

    focus: mean over steps of the largest weight, the focus rate of Ren et al. 2019,
    arXiv:1905.09263. diagonality: mean over steps of the weight near the straight line from the
    first symbol to the last, 0 to 1: one minus the guided attention loss of Tachibana et al. 2017,
    arXiv:1710.08969. coverage: share of symbols with more than half a step's weight in total.
    skips and repeats: jumps of the attention ahead, over symbols not read yet, and back.
    longest_stall: most steps in a row on one symbol; these three exclude the rest at the end.
    saturation_step: where the attention comes to rest on the last symbols, None if never.
    entropy: mean over steps, 0 for one symbol, 1 for all alike.
    """

    steps: int
    symbols: int
    focus: float
    diagonality: float
    coverage: float
    skips: int
    repeats: int
    longest_stall: int
    saturation_step: int | None
    entropy: float


def measure_alignment(
    alignment: np.ndarray, steps: int | None = None, symbols: int | None = None
) -> AlignmentMeasures:
    """The measures of the first `steps` and `symbols` of an alignment (S, N), by default of all.

    Without steps all are 0. Raises ValueError for weights that are not finite.
    """
    weights = np.asarray(alignment, np.float64)[:steps, :symbols]
    if not np.isfinite(weights).all():
        raise ValueError("an alignment with weights that are not finite")
    if not weights.size:
        return AlignmentMeasures(0, weights.shape[1], 0.0, 0.0, 0.0, 0, 0, 0, None, 0.0)
    path = read_path(weights)
    saturated = saturation_step(weights)
    skips, repeats = _jumps(path[:saturated])
    count, width = weights.shape
    return AlignmentMeasures(
        count,
        width,
        float(weights.max(1).mean()),
        _diagonality(weights),
        float((weights.sum(0) > 0.5).mean()),
        skips,
        repeats,
        _longest_stall(path[:saturated]),
        saturated,
        _entropy(weights),
    )


def is_diagonal(measures: AlignmentMeasures) -> bool:
    """Whether most of the text was read from left to right, as after alignment is learnt.

    A focus over 0.4, which attention over a handful of symbols has; a diagonality over 0.7, more
    than attention that is spread out or stuck reaches; over 0.7 of the symbols covered. It says
    little about texts of fewer than a dozen symbols, whose path an uneven speaking rate bends.
    """
    return measures.focus > 0.4 and measures.diagonality > 0.7 and measures.coverage > 0.7


def has_formed(measures: Sequence[AlignmentMeasures]) -> bool:
    """Whether more than half of the alignments are diagonal: training calls that aligned."""
    return 2 * sum(map(is_diagonal, measures)) > len(measures)


def read_path(weights: np.ndarray) -> np.ndarray:
    """The weighted median symbol at each step, (S,), without outliers of a single step.

    The largest weight would jump to and fro where attention is broad and moves on steadily. Where
    the path reaches the first symbols within a moment, it is treated as if it had started there.
    """
    medians = (np.cumsum(weights, 1) < weights.sum(1, keepdims=True) / 2).sum(1)
    path: np.ndarray = median_filter(medians, 3, mode="nearest")
    found = np.flatnonzero(path[: SETTLED_STEPS + 1] <= MOST_PASSED)
    if len(found):
        path[: found[0]] = path[found[0]]
    return path


def steady(path: np.ndarray) -> np.ndarray:
    """A path without short excursions, (S,)."""
    filtered: np.ndarray = median_filter(path, STEADY_STEPS, mode="nearest")
    return filtered


def end_size(symbols: int) -> int:
    """How many of the last symbols are the end of a text: 1, of longer texts up to 3."""
    return max(1, min(END_SYMBOLS, symbols // SYMBOLS_PER_END))


def saturation_step(weights: np.ndarray) -> int | None:
    """The first of SETTLED_STEPS in a row with the attention on the end; None if never.

    Either the median or the largest weight must be on the end, as the median of broad attention
    never gets there. A short excursion does not count as leaving.
    """
    places = np.maximum(steady(read_path(weights)), steady(weights.argmax(1)))
    run = 0
    for step, rests in enumerate(places >= weights.shape[1] - end_size(weights.shape[1])):
        run = run + 1 if rests else 0
        if run == SETTLED_STEPS:
            return step + 1 - SETTLED_STEPS
    return None


def _diagonality(weights: np.ndarray) -> float:
    steps, symbols = weights.shape
    along, across = (np.arange(size)[:, None] + 0.5 for size in (steps, symbols))
    off = across.T / symbols - along / steps
    return float((weights * np.exp(-(off**2) / (2 * DIAGONAL_SIGMA**2))).sum(1).mean())


def _jumps(path: np.ndarray) -> tuple[int, int]:
    """How often a path jumps ahead of all it has read, and how often it goes back.

    Going back among the first few symbols does not count: attention finds the start that way.
    """
    skips = repeats = 0
    furthest, reached = -1, 0
    for place in path:
        skips += place > furthest + 1 + MOST_PASSED
        furthest = max(furthest, place)
        if place < reached - MOST_BACK and reached > MOST_PASSED:
            repeats, reached = repeats + 1, place
        reached = max(reached, place)
    return int(skips), repeats


def _longest_stall(path: np.ndarray) -> int:
    if not len(path):
        return 0
    changes = np.flatnonzero(np.diff(steady(path))) + 1
    return int(np.diff(np.concatenate(([0], changes, [len(path)]))).max())


def _entropy(weights: np.ndarray) -> float:
    if weights.shape[1] == 1:
        return 0.0
    surprise = -np.log(np.maximum(weights, 1e-30))
    return float((weights * surprise).sum(1).mean() / np.log(weights.shape[1]))
