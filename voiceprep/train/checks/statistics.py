"""How sure one can be of rates and differences over runs of a voice.

Runs of one sentence are more alike than others: wherever `groups` are given, which say of each
run whose it is, doubt is measured between sentences, so that more seeds do not buy it off.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from ...proportion import CONFIDENCE, Rate, wilson

RESAMPLES = 2000


@dataclass(frozen=True)
class Difference:
    """Two means over the same runs, the second less the first, and the interval of that."""

    first: float
    second: float
    difference: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether the interval leaves out that there is none."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Spread:
    """How values lie about their mean; variation: the deviation in parts of the mean."""

    mean: float
    deviation: float
    variation: float
    least: float
    most: float


def rate_of(failed: Sequence[bool], groups: Sequence[Hashable]) -> Rate:
    """The share of runs that failed, each counting for less the more sentences differ.

    The design effect is that of the ratio's variance between sentences, as of surveys (Rao and
    Scott 1992), and few sentences are taken for fewer (Korn and Graubard 1998).
    """
    counts, totals = _sums(np.asarray(failed, float), groups)
    count, total = int(counts.sum()), int(totals.sum())
    many = len(totals)
    if many < 2 or count in (0, total):
        return wilson(count, total)
    share = count / total
    between = many / (many - 1) * ((counts - share * totals) ** 2).sum() / total**2
    effect = max(1.0, between / (share * (1 - share) / total))
    fewer = (stats.norm.ppf(0.975) / stats.t.ppf(0.975, many - 1)) ** 2
    return wilson(count, total, max(fewer / effect, 1 / total))


def rates_by(
    failed: Sequence[bool], kinds: Sequence[Hashable], groups: Sequence[Hashable]
) -> dict[Hashable, Rate]:
    """The rate of each kind of run, in the order in which the kinds come first."""
    failed = np.asarray(failed, bool)
    rates = {}
    for kind in dict.fromkeys(kinds):
        places = [place for place, other in enumerate(kinds) if other == kind]
        rates[kind] = rate_of(failed[places], [groups[place] for place in places])
    return rates


def compare(
    first: Sequence[float], second: Sequence[float], groups: Sequence[Hashable], seed: int = 0
) -> Difference:
    """The mean of `second` less that of `first`, which are of the same runs in the same order.

    The interval is a bootstrap's over sentences, its percentiles expanded for few of them
    (Hesterberg 2015). Where no sentence shows a difference it is that of as many that might have.
    Raises ValueError for no runs, or not as many.
    """
    first, second = np.asarray(first, float), np.asarray(second, float)
    if not len(first) or len(first) != len(second) or len(groups) != len(first):
        raise ValueError(f"{len(first)} runs against {len(second)}, of {len(groups)} sentences")
    sums, totals = _sums(second - first, groups)
    many, difference = len(totals), float(second.mean() - first.mean())
    if many < 2 or np.ptp(sums / totals) == 0:
        doubt = wilson(0, many).high
        interval = (difference - doubt, difference + doubt)
    else:
        drawn = resample(many, seed)
        tail = _expanded_tail(many)
        interval = np.quantile((drawn @ sums) / (drawn @ totals), [tail, 1 - tail])
    return Difference(
        float(first.mean()),
        float(second.mean()),
        difference,
        float(interval[0]),
        float(interval[1]),
    )


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> float:
    """How likely so uneven a change is by chance, among runs that did change; exact.

    McNemar 1947, by the binomial distribution. It takes runs for independent of each other.
    """
    first, second = np.asarray(first, bool), np.asarray(second, bool)
    worse, better = int((second & ~first).sum()), int((first & ~second).sum())
    return float(stats.binomtest(worse, worse + better).pvalue) if worse + better else 1.0


def spread_of(values: Sequence[float]) -> Spread:
    """The spread of values, of which there is one at the least."""
    array = np.asarray(values, float)
    mean = float(array.mean())
    deviation = float(array.std(ddof=1)) if len(array) > 1 else 0.0
    variation = deviation / mean if mean else 0.0
    return Spread(mean, deviation, variation, float(array.min()), float(array.max()))


def latency_levels(seconds: Sequence[float]) -> dict[str, float]:
    """Latencies under the names of NVIDIA's test_infer.py: cl95 is what 95 % do not exceed."""
    array = np.asarray(seconds, float)
    levels = {
        f"latency_cl{level}": float(np.percentile(array, level, method="inverted_cdf"))
        for level in (50, 90, 95, 99, 100)
    }
    return {"latency_avg": float(array.mean()), "latency_std": float(array.std()), **levels}


def resample(many: int, seed: int) -> np.ndarray:
    """How often each of `many` sentences is drawn, RESAMPLES times anew, (RESAMPLES, many)."""
    return np.random.default_rng(seed).multinomial(many, np.full(many, 1 / many), RESAMPLES)


def _sums(values: np.ndarray, groups: Sequence[Hashable]) -> tuple[np.ndarray, np.ndarray]:
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    places = [numbers[group] for group in groups]
    return np.bincount(places, values, len(numbers)), np.bincount(places, minlength=len(numbers))


def _expanded_tail(many: int) -> float:
    wide = stats.t.ppf((1 + CONFIDENCE) / 2, many - 1) * np.sqrt(many / (many - 1))
    return float(stats.norm.cdf(-wide))
