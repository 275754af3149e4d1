"""A fault: something that goes wrong with recordings and texts, made on purpose and to size."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Fault:
    """A fault that can be put into what was well: `inject` takes it, a size and a source of chance.

    `sizes` are a small, a moderate and a large one, in `unit`; `found_by` names the checks that
    are there to find it.
    """

    name: str
    inject: Callable[[Any, float, np.random.Generator], Any]
    sizes: tuple[float, float, float]
    unit: str
    found_by: tuple[str, ...]
