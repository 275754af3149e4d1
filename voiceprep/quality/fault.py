"""A fault of known size, injected into clean data to evaluate checks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Fault:
    """A way to corrupt a thing by a known amount, and the checks that should find it.

    `inject` is given the thing, a size in `unit` and a random generator, and returns the corrupted
    thing; the original is not changed. It raises Unusable for a thing that cannot have the fault.
    The result replaces the thing, or, where it `joins`, is added beside it. `sizes` are a small, a
    moderate and a large one.
    """

    name: str
    inject: Callable[[Any, float, np.random.Generator], Any]
    sizes: tuple[float, float, float]
    unit: str
    found_by: tuple[str, ...]
    joins: bool = False
