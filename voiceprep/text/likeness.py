"""Whether the texts that validate are like those that train, and whether some are the same."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .similar import find_similar
from .spoken import Spoken
from .units import symbols_of

DRAWS = 200


@dataclass(frozen=True)
class Likeness:
    """How far two sides are apart in one thing, held against sides that were drawn by lot.

    `distance` is 0 where they are alike and 1 where they have nothing in common; `usual` is the
    mean distance of sides of the same sizes drawn from all texts, and `chance` the share of
    those that are as far apart as these or farther: it is small where lots would hardly do this.
    """

    what: str
    distance: float
    usual: float
    chance: float


@dataclass(frozen=True)
class Leak:
    """A text of the held side that trains too: the same letters, or `alike` words."""

    train: str
    held: str
    alike: float
    same: bool


def compare_sides(
    train: Sequence[Spoken], held: Sequence[Spoken], random: np.random.Generator
) -> tuple[Likeness, ...]:
    """How alike two sides are: their symbols (total variation) and their lengths (Kolmogorov).

    Empty where a side is.
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


def find_leaks(train: Mapping[str, Spoken], held: Mapping[str, Spoken], least: float) -> list[Leak]:
    """The texts of the held side that train, too, or whose words are alike to `least`.

    The same texts come first, then those that are the most alike.
    """
    same: dict[str, list[str]] = defaultdict(list)
    for id, text in train.items():
        if text.key:
            same[text.key].append(id)
    leaks = [Leak(id, other, 1.0, True) for other, text in held.items() for id in same[text.key]]
    for first, second, alike in find_similar({**train, **held}, least):
        id, other = (first, second) if first in train else (second, first)
        if id in train and other in held and train[id].key != held[other].key:
            leaks.append(Leak(id, other, alike, False))
    return sorted(leaks, key=lambda leak: (not leak.same, -leak.alike, leak.held, leak.train))


def _symbols(texts: Sequence[Spoken]) -> np.ndarray:
    """How often each symbol is in each text, float64 (texts, symbols)."""
    numbers: dict[str, int] = {}
    places = [[numbers.setdefault(s, len(numbers)) for s in symbols_of(text)] for text in texts]
    rows = [np.bincount(np.array(own, int), minlength=len(numbers)) for own in places]
    return np.array(rows, np.float64)


def _lengths(texts: Sequence[Spoken]) -> np.ndarray:
    """Which of the lengths that there are each text has, the shortest first (texts, lengths)."""
    lengths = np.array([text.length for text in texts])
    return (lengths[:, None] == np.unique(lengths)).astype(np.float64)


def _likeness(
    what: str,
    table: np.ndarray,
    apart: Callable[[np.ndarray], float],
    is_held: np.ndarray,
    drawn: Sequence[np.ndarray],
) -> Likeness:
    whole = table.sum(axis=0)

    def distance(rows: np.ndarray) -> float:
        held = rows @ table
        train = whole - held
        return apart(held / max(held.sum(), 1) - train / max(train.sum(), 1))

    found, lots = distance(is_held), np.array([distance(rows) for rows in drawn])
    # The sides themselves are one of the draws, so that the chance is never 0.
    chance = (np.sum(lots >= found - 1e-12) + 1) / (len(lots) + 1)
    return Likeness(what, found, float(lots.mean()), float(chance))


def _variation(difference: np.ndarray) -> float:
    return float(np.abs(difference).sum() / 2)


def _kolmogorov(difference: np.ndarray) -> float:
    return float(np.abs(np.cumsum(difference)).max())
