"""Confidence intervals of rates and differences over runs of a voice.

Runs of the same sentence are correlated: where `groups` name each run's sentence, variance is
measured between sentences, so that more seeds alone do not narrow an interval.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy import stats

from ...quality.proportion import CONFIDENCE, Rate, wilson

RESAMPLES = 2000
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Difference:
    """Two means over the same runs, the second minus the first, and its interval."""

    first: float
    second: float
    difference: float
    low: float
    high: float

    @property
    def significant(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Spread:
    """The spread of values; variation: the deviation as a share of the mean."""

    mean: float
    deviation: float
    variation: float
    least: float
    most: float


def rate_of(failed: Sequence[bool], groups: Sequence[Hashable]) -> Rate:
    """The share of runs that failed, with an interval that allows for differing sentences.

    The design effect is that of the ratio's variance between sentences, as in surveys (Rao and
    Scott 1992), corrected for few sentences (Korn and Graubard 1998).
    """
    counts, totals = _sums(np.asarray(failed, float), groups)
    count, total = int(counts.sum()), int(totals.sum())
    many = len(totals)
    if many < 2 or count in (0, total):
        return wilson(count, total)
    share = count / total
    between = many / (many - 1) * ((counts - share * totals) ** 2).sum() / total**2
    effect = max(1.0, between / (share * (1 - share) / total))
    correction = (stats.norm.ppf(0.975) / stats.t.ppf(0.975, many - 1)) ** 2
    return wilson(count, total, max(correction / effect, 1 / total))


def rates_by(
    failed: Sequence[bool], kinds: Sequence[K], groups: Sequence[Hashable]
) -> dict[K, Rate]:
    """The rate of each kind of run, in the order of their first runs."""
    rates: dict[K, Rate] = {}
    for kind in dict.fromkeys(kinds):
        places = [place for place, other in enumerate(kinds) if other == kind]
        rates[kind] = rate_of(
            [failed[place] for place in places], [groups[place] for place in places]
        )
    return rates


def compare(
    first: Sequence[float], second: Sequence[float], groups: Sequence[Hashable], seed: int = 0
) -> Difference:
    """The mean of `second` minus that of `first`, which are the same runs in the same order.

    The interval is a bootstrap over sentences, with percentiles expanded for few of them
    (Hesterberg 2015). Where all sentences differ alike, its width is the upper bound of a rate of
    0 over as many sentences. Raises ValueError for no runs, or unequal numbers.
    """
    before, after = np.asarray(first, float), np.asarray(second, float)
    if not len(before) or len(before) != len(after) or len(groups) != len(before):
        raise ValueError(f"{len(before)} runs against {len(after)}, of {len(groups)} sentences")
    sums, totals = _sums(after - before, groups)
    many, difference = len(totals), float(after.mean() - before.mean())
    if many < 2 or np.ptp(sums / totals) == 0:
        margin = wilson(0, many).high
        low, high = difference - margin, difference + margin
    else:
        drawn = resample(many, seed)
        tail = _expanded_tail(many)
        low, high = np.quantile((drawn @ sums) / (drawn @ totals), [tail, 1 - tail])
    return Difference(
        float(before.mean()), float(after.mean()), difference, float(low), float(high)
    )


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> float:
    """The p-value of McNemar's exact test (1947) of paired runs, by the binomial distribution.

    It assumes that runs are independent of each other.
    """
    before, after = np.asarray(first, bool), np.asarray(second, bool)
    worse, better = int((after & ~before).sum()), int((before & ~after).sum())
    return float(stats.binomtest(worse, worse + better).pvalue) if worse + better else 1.0


def spread_of(values: Sequence[float]) -> Spread:
    """The spread of at least one value."""
    array = np.asarray(values, float)
    mean = float(array.mean())
    deviation = float(array.std(ddof=1)) if len(array) > 1 else 0.0
    variation = deviation / mean if mean else 0.0
    return Spread(mean, deviation, variation, float(array.min()), float(array.max()))


def latency_levels(seconds: Sequence[float]) -> dict[str, float]:
    """Latencies under the names of NVIDIA's test_infer.py: cl95 is the 95th percentile."""
    array = np.asarray(seconds, float)
    levels = {
        f"latency_cl{level}": float(np.percentile(array, level, method="inverted_cdf"))
        for level in (50, 90, 95, 99, 100)
    }
    return {"latency_avg": float(array.mean()), "latency_std": float(array.std()), **levels}


def resample(many: int, seed: int) -> np.ndarray:
    """Bootstrap counts of `many` sentences, (RESAMPLES, many)."""
    return np.random.default_rng(seed).multinomial(many, np.full(many, 1 / many), RESAMPLES)


def _sums(values: np.ndarray, groups: Sequence[Hashable]) -> tuple[np.ndarray, np.ndarray]:
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    places = [numbers[group] for group in groups]
    return np.bincount(places, values, len(numbers)), np.bincount(places, minlength=len(numbers))


def _expanded_tail(many: int) -> float:
    wide = stats.t.ppf((1 + CONFIDENCE) / 2, many - 1) * np.sqrt(many / (many - 1))
    return float(stats.norm.cdf(-wide))
