"""The bar, where there is a terminal to show it."""

import sys
from collections.abc import Iterable
from typing import Any


def bar(rows: Iterable[Any], total: int) -> Iterable[Any]:
    """The rows, counted on the terminal while they pass."""
    if not total or not sys.stderr.isatty():
        return rows
    from tqdm import tqdm

    return tqdm(rows, total=total, unit="clip", file=sys.stderr, leave=False, dynamic_ncols=True)
