"""The result of many runs in sentences: what is wrong, how certain that is, what to try."""

from collections.abc import Iterator, Sequence

from ...quality.proportion import Rate
from .causes import CAUSES
from .limits import Limit
from .runs import Overview, Pair, Run, Trend
from .statistics import Difference

MOST_SENTENCES = 3
# Sentences that cause half of all failures are named where there are more sentences than this.
FEW = 5


def verdict_of(overview: Overview, threshold: float | None) -> list[str]:
    """The sentences, the most important first.

    `threshold` is the gate's in these runs, None where the model has no gate.
    """
    has_gate = threshold is not None
    return [
        _failures(overview, has_gate),
        *_causes(overview),
        *_worst(overview),
        *(() if threshold is None else _threshold(overview, threshold)),
        *(describe_pair(pair, "ending ", has_gate) for pair in overview.endings),
    ]


def describe_pair(pair: Pair, kind: str = "", has_gate: bool = True) -> str:
    """The comparison of two variants in one sentence."""
    first, second = (f"{kind}{name or 'nothing'!r}" for name in (pair.first, pair.second))
    failures = f"{_points(pair.failures, 'of runs fail')}: {_significance(pair.failures)}"
    missed = _points(pair.missed, "of them")
    stops = f"no gate ends {missed}" if has_gate else f"{missed} do not stop"
    return (
        f"{second} instead of {first}: {failures} (p = {pair.chance:.2g} by McNemar's test); "
        f"{stops}: {_significance(pair.missed)}"
    )


def _points(found: Difference, what: str) -> str:
    return (
        f"{percent(found.second)} {what} instead of {percent(found.first)}, "
        f"{100 * found.difference:+.1f} points ({100 * found.low:+.1f} to {100 * found.high:+.1f})"
    )


def _significance(found: Difference) -> str:
    return "statistically significant" if found.significant else "not significant"


def describe_trend(trend: Trend) -> str:
    """The failures over the checkpoints of a run, in one sentence."""
    steps = list(trend.failed)
    first, last = trend.failed[steps[0]], trend.failed[steps[-1]]
    sentence = (
        f"{len(steps)} checkpoints from step {steps[0]} to {steps[-1]}: the share of runs that "
        f"fail goes from {percent(first.rate)} to {percent(last.rate)}"
    )
    lowest = trend.failed[trend.best]
    if lowest.rate == last.rate:
        return f"{sentence}, and was never lower"
    return f"{sentence}; the lowest is at step {trend.best}: {format_rate(lowest)}"


def percent(share: float) -> str:
    """A share in percent."""
    return f"{100 * share:.1f} %"


def format_rate(rate: Rate) -> str:
    """A rate with its interval, as in `7 of 400 runs (1.8 %; 0.9 to 3.6 %)`."""
    between = f"{100 * rate.low:.1f} to {percent(rate.high)}"
    return f"{rate.count} of {rate.total} runs ({percent(rate.rate)}; {between})"


def exceeded_limits(limits: Sequence[Limit], overview: Overview) -> tuple[str, ...]:
    """A line for each limit that was exceeded."""
    rates = {name.replace(" ", "_"): rate for name, rate in overview.causes.items()}
    rates |= {"failed": overview.failed, "no_stop": overview.missed}
    return tuple(
        f"{limit.name} is {percent(rates[limit.name].rate)}, over {percent(limit.most)}"
        for limit in limits
        if rates[limit.name].rate > limit.most
    )


def inapplicable(runs: Sequence[Run]) -> list[str]:
    """What cannot be said of these runs, as the model has no gate or no attention, a line each."""
    lines = []
    if not any(run.measures.has_gate for run in runs):
        lines.append("the model has no gate: gate thresholds and causes do not apply")
    if not any(run.measures.has_attention for run in runs):
        lines.append("the model has no attention: alignment and its causes do not apply")
    return lines


def _failures(overview: Overview, has_gate: bool) -> str:
    failed = overview.failed
    if not failed.count:
        bound = f"95 % upper bound {100 * failed.high:.2g} %"
        return f"0 of {failed.total} runs failed ({bound})"
    missed = format_rate(overview.missed)
    stops = f"no gate ended {missed}" if has_gate else f"{missed} did not stop"
    return f"{format_rate(failed)} failed; {stops}"


def _causes(overview: Overview) -> Iterator[str]:
    found = [cause for cause in CAUSES if overview.causes[cause.name].count]
    for cause in sorted(found, key=lambda cause: -overview.causes[cause.name].count):
        rate = format_rate(overview.causes[cause.name])
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
        causes = "causes" if len(few) == 1 else "cause"
        yield f"{len(few)} of {len(rates)} texts {causes} {share} of the failures: {', '.join(few)}"


def _threshold(overview: Overview, threshold: float) -> Iterator[str]:
    curve = overview.curve
    if curve is None:
        yield "no run reached the end of its text, so no gate threshold can be recommended"
        return
    best = curve.thresholds.index(curve.recommended)
    sentence = (
        f"the best gate threshold is {curve.recommended:g} ({curve.low:g} to {curve.high:g}): of "
        f"the runs that reached the end of their text it misses {percent(curve.missed[best].rate)} "
        f"and ends {percent(curve.premature[best].rate)} too early"
    )
    if threshold in curve.thresholds and threshold != curve.recommended:
        now = curve.thresholds.index(threshold)
        missed, premature = (percent(rows[now].rate) for rows in (curve.missed, curve.premature))
        sentence += f"; the current {threshold:g} misses {missed} and ends {premature} too early"
    yield sentence
