"""Two clips with each other's text: shifted rows, or files with wrong names."""

from collections.abc import Mapping
from math import exp, log

import numpy as np

from ...quality.fault import Fault
from .wrong_words import draw_ids

# How far the ratio of two lengths may be from the requested one, as a factor.
TOLERANCE = 1.15
# The name of a letter or a syllable takes no longer for a letter more: a text of fewer letters has
# no length that others could be a multiple of.
FEWEST_LETTERS = 6


def swap(texts: Mapping[str, str], size: float, random: np.random.Generator) -> dict[str, str]:
    """The texts, a tenth of them swapped in pairs of which one is `size` times as long.

    Where the set has no such pairs left, fewer are swapped. Texts of fewer than `FEWEST_LETTERS`
    keep their place.
    """
    long = {id: text for id, text in texts.items() if sum(map(str.isalnum, text)) >= FEWEST_LETTERS}
    lengths = {id: log(len(text)) for id, text in long.items()}
    pairs = max(len(draw_ids(lengths, random)) // 2, 1)
    ordered = sorted(lengths)
    free = [ordered[place] for place in random.permutation(len(ordered))]
    swapped: dict[str, str] = {}
    while len(free) > 1 and len(swapped) < 2 * pairs:
        first = free.pop()
        other = min(free, key=lambda id: _ratio_error(lengths[first], lengths[id], size))
        if exp(_ratio_error(lengths[first], lengths[other], size)) <= TOLERANCE:
            free.remove(other)
            swapped |= {first: texts[other], other: texts[first]}
    return {**texts, **swapped}


def _ratio_error(one: float, other: float, size: float) -> float:
    """How far the ratio of two lengths, given as logarithms, is from the requested one."""
    return abs(abs(one - other) - log(size))


FAULT = Fault(
    name="swapped_texts",
    inject=swap,
    sizes=(1.25, 2.0, 4.0),
    unit="times as long",
    found_by=("duration_outlier",),
)
