"""Whether held-out texts are distributed like the training texts, and whether some leak."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .similar import find_similar
from .spoken import SpokenText
from .units import symbols_of

# Random splits for the permutation test.
DRAWS = 200

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Likeness:
    """The distance between two splits in one property, with a permutation test.

    `distance` is 0 where they are equal and 1 where they have nothing in common; `usual` is the
    mean distance of random splits of the same sizes, and `chance` the p-value: the share of random
    splits that are at least as far apart.
    """

    what: str
    distance: float
    usual: float
    chance: float


@dataclass(frozen=True)
class Leak:
    """A held-out text that is also a training text: the same letters, or `alike` words."""

    train: str
    held: str
    alike: float
    same: bool


def compare_splits(
    train: Sequence[SpokenText], held: Sequence[SpokenText], random: np.random.Generator
) -> tuple[Likeness, ...]:
    """The distances of two splits: symbols (total variation) and lengths (Kolmogorov).

    Empty where a split is.
    """
    if not train or not held:
        return ()
    texts = [*train, *held]
    is_held = np.arange(len(texts)) >= len(train)
    drawn = [random.permutation(is_held) for _ in range(DRAWS)]
    return (
        _likeness("symbols", _symbols(texts), _variation, is_held, drawn),
        _likeness("lengths", _lengths(texts), _kolmogorov, is_held, drawn),
    )


def find_leaks(
    train: Mapping[str, SpokenText], held: Mapping[str, SpokenText], least: float
) -> list[Leak]:
    """The held-out texts that are training texts too, or similar to one by `least` or more.

    Equal texts come first, then the most similar.
    """
    same: dict[str, list[str]] = defaultdict(list)
    for id, text in train.items():
        if text.key:
            same[text.key].append(id)
    leaks = [Leak(id, other, 1.0, True) for other, text in held.items() for id in same[text.key]]
    for first, second, similarity in find_similar({**train, **held}, least):
        id, other = (first, second) if first in train else (second, first)
        if id in train and other in held and train[id].key != held[other].key:
            leaks.append(Leak(id, other, similarity, False))
    return sorted(leaks, key=lambda leak: (not leak.same, -leak.alike, leak.held, leak.train))


def _symbols(texts: Sequence[SpokenText]) -> FloatArray:
    """How often each symbol occurs in each text (texts, symbols)."""
    numbers: dict[str, int] = {}
    places = [[numbers.setdefault(s, len(numbers)) for s in symbols_of(text)] for text in texts]
    rows = [np.bincount(np.array(own, int), minlength=len(numbers)) for own in places]
    return np.array(rows, np.float64)


def _lengths(texts: Sequence[SpokenText]) -> FloatArray:
    """The length of each text, one-hot over all lengths in order (texts, lengths)."""
    lengths = np.array([text.length for text in texts])
    return np.asarray(lengths[:, None] == np.unique(lengths), np.float64)


def _likeness(
    what: str,
    table: FloatArray,
    measure: Callable[[FloatArray], float],
    is_held: BoolArray,
    drawn: Sequence[BoolArray],
) -> Likeness:
    total = table.sum(axis=0)

    def distance(rows: BoolArray) -> float:
        held = rows @ table
        train = total - held
        return measure(held / max(held.sum(), 1) - train / max(train.sum(), 1))

    found, random = distance(is_held), np.array([distance(rows) for rows in drawn])
    # The splits themselves count as one draw, so that the p-value is never 0.
    p_value = (np.sum(random >= found - 1e-12) + 1) / (len(random) + 1)
    return Likeness(what, found, float(random.mean()), float(p_value))


def _variation(difference: FloatArray) -> float:
    return float(np.abs(difference).sum() / 2)


def _kolmogorov(difference: FloatArray) -> float:
    return float(np.abs(np.cumsum(difference)).max())
