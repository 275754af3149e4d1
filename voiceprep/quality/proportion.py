"""A proportion with its confidence interval."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Rate:
    """`count` of `total`, and the bounds of its 95 % confidence interval."""

    count: int
    total: int
    low: float
    high: float

    @property
    def rate(self) -> float:
        """The share; 0 where the total is 0."""
        return self.count / self.total if self.total else 0.0


def wilson(count: int, total: int, weight: float = 1.0) -> Rate:
    """A rate with the interval of Wilson 1927, each sample counting as `weight` of one.

    For a total of 0 the interval is 0 to 1. Raises ValueError where count is not within total.
    """
    if not 0 <= count <= total:
        raise ValueError(f"{count} of {total}")
    if not total:
        return Rate(0, 0, 0.0, 1.0)
    share, tried = count / total, total * weight
    squared = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) ** 2
    middle = (share + squared / (2 * tried)) / (1 + squared / tried)
    half = sqrt(share * (1 - share) * squared / tried + squared**2 / (4 * tried**2))
    half /= 1 + squared / tried
    low = 0.0 if count == 0 else middle - half
    return Rate(count, total, low, 1.0 if count == total else middle + half)
