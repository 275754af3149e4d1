"""What many runs come to, in sentences: what is wrong, how sure that is, what to try."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...errors import nearest
from ...proportion import Rate
from .causes import CAUSES
from .runs import Overview, Pair, Trend
from .statistics import Difference

MOST_SENTENCES = 3
# Sentences are named where so few of them make half of all failures.
FEW = 5


@dataclass(frozen=True)
class Limit:
    """The largest share of runs that may have come to something."""

    name: str
    most: float

    @classmethod
    def read(cls, text: str) -> "Limit":
        """The limit as it is typed: `no_stop>0.02`, `failed>0`, or a cause with _ for spaces.

        Raises ValueError for another name or no number.
        """
        names = ["no_stop", "failed", *(cause.name.replace(" ", "_") for cause in CAUSES)]
        name, _, most = (part.strip() for part in text.partition(">"))
        if name not in names:
            raise ValueError(f"{text}: {nearest(name, names)}")
        try:
            return cls(name, float(most))
        except ValueError:
            raise ValueError(f"{text}: a share is wanted, as in {name}>0.02") from None


def verdict_of(overview: Overview, threshold: float) -> list[str]:
    """The sentences, the most important first; `threshold` is the gate's, as it was spoken."""
    return [
        _failures(overview),
        *_causes(overview),
        *_worst(overview),
        *_threshold(overview, threshold),
        *(compared(pair, "ending ") for pair in overview.endings),
    ]


def compared(pair: Pair, kind: str = "") -> str:
    """Two ways of speaking in one sentence."""
    first, second = (f"{kind}{name or 'nothing'!r}" for name in (pair.first, pair.second))
    doubt = f"{_doubt(pair.failures)}, p = {pair.chance:.2g} by McNemar's test"
    return (
        f"{second} instead of {first}: {_points(pair.failures, 'of runs fail')}: {doubt}; no gate "
        f"ends {_points(pair.missed, 'of them')}: {_doubt(pair.missed)}"
    )


def _points(found: Difference, what: str) -> str:
    return (
        f"{percent(found.second)} {what} instead of {percent(found.first)}, "
        f"{100 * found.difference:+.1f} points ({100 * found.low:+.1f} to {100 * found.high:+.1f})"
    )


def _doubt(found: Difference) -> str:
    return "that is no chance" if found.sure else "that may be chance"


def told_trend(trend: Trend) -> str:
    """How failures went over the checkpoints of a run, in one sentence."""
    steps = list(trend.failed)
    first, last = trend.failed[steps[0]], trend.failed[steps[-1]]
    told = (
        f"{len(steps)} checkpoints from step {steps[0]} to {steps[-1]}: the share of runs that "
        f"fail goes from {percent(first.rate)} to {percent(last.rate)}"
    )
    if trend.failed[trend.best].rate == last.rate:
        return f"{told}, and was never lower"
    return f"{told}; lowest is that of step {trend.best}: {told_rate(trend.failed[trend.best])}"


def percent(share: float) -> str:
    """A share as a person reads it."""
    return f"{100 * share:.1f} %"


def told_rate(rate: Rate) -> str:
    """A rate with its interval, as in `7 of 400 runs (1.8 %; 0.9 to 3.6 %)`."""
    between = f"{100 * rate.low:.1f} to {percent(rate.high)}"
    return f"{rate.count} of {rate.total} runs ({percent(rate.rate)}; {between})"


def exceeded(limits: Sequence[Limit], overview: Overview) -> tuple[str, ...]:
    """Of the limits those that were exceeded, told."""
    rates = {name.replace(" ", "_"): rate for name, rate in overview.causes.items()}
    rates |= {"failed": overview.failed, "no_stop": overview.missed}
    return tuple(
        f"{limit.name} is {percent(rates[limit.name].rate)}, over {percent(limit.most)}"
        for limit in limits
        if rates[limit.name].rate > limit.most
    )


def _failures(overview: Overview) -> str:
    failed = overview.failed
    if not failed.count:
        return f"nothing failed in {failed.total} runs: fewer than {percent(failed.high)} would"
    return f"{told_rate(failed)} failed; no gate ended {told_rate(overview.missed)}"


def _causes(overview: Overview) -> Iterator[str]:
    found = [cause for cause in CAUSES if overview.causes[cause.name].count]
    for cause in sorted(found, key=lambda cause: -overview.causes[cause.name].count):
        rate = told_rate(overview.causes[cause.name])
        yield f"{cause.name}: {rate}: {cause.meaning}. To try: {cause.advice}"


def _worst(overview: Overview) -> Iterator[str]:
    rates = sorted(overview.by_sentence.items(), key=lambda row: -row[1].count)
    few, counted = [], 0
    for name, rate in rates[:MOST_SENTENCES]:
        if 2 * counted < overview.failed.count:
            few.append(name)
            counted += rate.count
    if counted and 2 * counted >= overview.failed.count and len(rates) > FEW:
        share = percent(counted / overview.failed.count)
        yield f"{share} of the failures are of {len(few)} of {len(rates)} texts: {', '.join(few)}"


def _threshold(overview: Overview, threshold: float) -> Iterator[str]:
    curve = overview.curve
    if curve is None:
        yield "no run came to the end of its text, so that no gate threshold can be recommended"
        return
    best = curve.thresholds.index(curve.recommended)
    told = (
        f"the best gate threshold is {curve.recommended:g} ({curve.low:g} to {curve.high:g}): of "
        f"the runs that came to the end of their text it misses {percent(curve.missed[best].rate)} "
        f"and ends {percent(curve.premature[best].rate)} too early"
    )
    if threshold in curve.thresholds and threshold != curve.recommended:
        now = curve.thresholds.index(threshold)
        told += f"; {threshold:g}, as now, {percent(curve.missed[now].rate)} and "
        told += percent(curve.premature[now].rate)
    yield told
