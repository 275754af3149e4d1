"""Which texts of a set get a fault."""

from collections.abc import Iterable

import numpy as np

SHARE = 0.1


def draw_ids(ids: Iterable[str], random: np.random.Generator) -> list[str]:
    """One in ten of the ids, one at least where there is any, in an order drawn by lot."""
    ordered = sorted(ids)
    count = max(round(SHARE * len(ordered)), min(len(ordered), 1))
    return [ordered[place] for place in random.permutation(len(ordered))[:count]]
