"""What an alignment says of a voice: did it read the text once, from left to right, to its end?

An alignment is (S, N): at each of S decoder steps, how the attention is spread over N symbols.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

# Half a kernel's width off the diagonal, in parts of the whole, as of guided attention.
DIAGONAL_SIGMA = 0.2
# Symbols that may be passed over at once, and gone back by, before it is a skip or a repeat:
# letters that are not sounded make up to four, and looking back by one or two is usual.
MOST_PASSED = 4
MOST_BACK = 2
# How many of the last symbols are the end, at most, and how many there must be for each of them.
END_SYMBOLS = 3
SYMBOLS_PER_END = 10
# Steps that the attention must stay on the end before it is said to rest there, and that it may
# take to find the begin.
SETTLED_STEPS = 10
# Whoever looks aside for less than half of this has not left. A median of any width leaves a path
# that only rises as it is.
STEADY_STEPS = 15


@dataclass(frozen=True)
class AlignmentMeasures:
    """The measures of one alignment.

    focus: mean over steps of the largest weight, the focus rate of Ren et al. 2019,
    arXiv:1905.09263. diagonality: mean over steps of the weight near the straight line from the
    first symbol to the last, 0 to 1: one less the guided attention loss of Tachibana et al. 2017,
    arXiv:1710.08969. coverage: share of symbols that got more than half a step's weight in all.
    skips and repeats: jumps of the attention ahead, over symbols not read yet, and back.
    longest_stall: most steps in a row on one symbol; of all three the rest at the end left out.
    saturation_step: where the attention comes to rest on the last symbols, None where it never
    does. entropy: mean over steps, 0 for one symbol, 1 for all alike.
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

    Of no steps all are 0. Raises ValueError for weights that are not finite.
    """
    weights = np.asarray(alignment, np.float64)[:steps, :symbols]
    if not np.isfinite(weights).all():
        raise ValueError("an alignment with weights that are not finite")
    if not weights.size:
        return AlignmentMeasures(0, weights.shape[1], 0.0, 0.0, 0.0, 0, 0, 0, None, 0.0)
    path = read_path(weights)
    saturated = saturation_step(weights)
    skips, repeats = _jumps(path[:saturated])
    return AlignmentMeasures(
        *weights.shape,
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
    """Whether a voice has learnt where in the text it is: it reads most of it from left to right.

    A focus of 0.4, which attention over a handful of symbols has; a diagonality of 0.7, above
    what attention that is spread out or stays in one place reaches; 0.7 of the symbols covered.
    Of texts of fewer than a dozen symbols it says little: an uneven pace alone bends their line.
    """
    return measures.focus > 0.4 and measures.diagonality > 0.7 and measures.coverage > 0.7


def has_formed(measures: Sequence[AlignmentMeasures]) -> bool:
    """Whether more than half of the alignments are diagonal, by which training says it aligns."""
    return 2 * sum(map(is_diagonal, measures)) > len(measures)


def read_path(weights: np.ndarray) -> np.ndarray:
    """The symbol in the middle of the weight at each step, (S,), freed of strays of a single step.

    Half of the weight lies before it and half behind. The largest weight would leap to and fro
    where attention is broad and moves on without a gap. Where it begins anywhere and has found
    the first symbols within a moment, it is taken to have been there.
    """
    middles = (np.cumsum(weights, 1) < weights.sum(1, keepdims=True) / 2).sum(1)
    path = median_filter(middles, 3, mode="nearest")
    found = np.flatnonzero(path[: SETTLED_STEPS + 1] <= MOST_PASSED)
    if len(found):
        path[: found[0]] = path[found[0]]
    return path


def steady(path: np.ndarray) -> np.ndarray:
    """A path freed of all that is left again within a moment, (S,)."""
    return median_filter(path, STEADY_STEPS, mode="nearest")


def end_size(symbols: int) -> int:
    """How many of the last symbols are the end of a text: 1, of longer ones up to 3."""
    return max(1, min(END_SYMBOLS, symbols // SYMBOLS_PER_END))


def saturation_step(weights: np.ndarray) -> int | None:
    """The first of SETTLED_STEPS in a row with the attention on the end; None without any.

    On the end is its middle or its largest weight, as none lies behind the last symbol to hold
    the middle there. A look aside for a moment is no leaving.
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
    """How often a path leaps ahead of all it has read, and how often it goes back.

    To and fro among the first few symbols is how attention finds the begin.
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
