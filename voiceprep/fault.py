"""A fault of known size, put into what is clean: so that checks can be measured."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Fault:
    """A way to spoil a thing by a known amount, and the checks that should find it.

    `inject` is given the thing, a size in `unit` and a source of chance, and returns the spoilt
    thing; what it was given stays as it is. It raises Unusable for a thing that cannot have the
    fault. What it makes takes the place of the thing, or, where it `joins`, stands beside it.
    `sizes` are a small, a moderate and a large one.
    """

    name: str
    inject: Callable[[Any, float, np.random.Generator], Any]
    sizes: tuple[float, float, float]
    unit: str
    found_by: tuple[str, ...]
    joins: bool = False
