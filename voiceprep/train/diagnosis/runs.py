"""Many runs of a voice together: how often it fails, on what, and the best gate threshold.

A sentence is one text with its seeds, and with its endings where it was tried with several.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...quality.proportion import Rate
from ...text.marks import STOPS
from .causes import CAUSES, FINE
from .gate import THRESHOLDS
from .run import RunMeasures
from .statistics import Difference, Spread, compare, mcnemar, rate_of, rates_by, spread_of
from .thresholds import ThresholdCurve, threshold_curve

# Upper bounds of the length classes, in symbols.
LENGTHS = (10, 40, 80, 160)


@dataclass(frozen=True)
class Run:
    """One sentence with one seed, as a voice spoke it.

    outcomes: of each threshold, see `judge_thresholds`; latency: seconds until its batch was done;
    gate: (S,), the entire curve, None of a model without a gate.
    """

    voice: str
    id: str
    text: str
    ending: str
    seed: int
    measures: RunMeasures
    cause: str
    outcomes: tuple[int, ...] | None
    latency: float
    gate: np.ndarray | None = field(repr=False, compare=False)

    @property
    def failed(self) -> bool:
        """Whether anything went wrong."""
        return self.cause != FINE

    @property
    def missed(self) -> bool:
        """Whether no gate ended it, or without a gate, whether nothing did."""
        if not self.measures.has_gate:
            return self.measures.stop in ("limit", "nan")
        return self.measures.stop != "gate"

    def row(self) -> dict[str, Any]:
        """A flat record of all but the latency: the same each time."""
        return self._key() | {"cause": self.cause, **self.measures.row(), "text": self.text}

    def latency_row(self) -> dict[str, Any]:
        """The latency, with what tells the run from the others."""
        return self._key() | {"latency": self.latency}

    def _key(self) -> dict[str, Any]:
        return {"voice": self.voice, "id": self.id, "ending": self.ending, "seed": self.seed}


@dataclass(frozen=True)
class Pair:
    """The same sentences and seeds in two variants; chance: the p-value of McNemar's test."""

    first: str
    second: str
    failures: Difference
    missed: Difference
    seconds: Difference
    chance: float


@dataclass(frozen=True)
class Overview:
    """Statistics of one voice's runs. sentences: the spread of seconds over the seeds."""

    voice: str
    runs: int
    failed: Rate
    missed: Rate
    causes: dict[str, Rate]
    by_sentence: dict[str, Rate]
    by_length: dict[str, Rate]
    by_ending: dict[str, Rate]
    sentences: dict[str, Spread]
    curve: ThresholdCurve | None
    endings: tuple[Pair, ...]


def summarize(runs: Sequence[Run], thresholds: Sequence[float] = THRESHOLDS) -> Overview:
    """The overview of at least one run of one voice."""
    groups = [run.id for run in runs]
    failed = [run.failed for run in runs]
    judged = [(run.id, run.outcomes) for run in runs if run.outcomes is not None]
    names = [FINE, *(cause.name for cause in CAUSES)]
    seconds: dict[str, list[float]] = {}
    for run in runs:
        seconds.setdefault(f"{run.id} {run.ending}".rstrip(), []).append(run.measures.seconds)
    ordered = sorted(runs, key=lambda run: run.measures.symbols)
    lengths = [_length(run.measures.symbols) for run in ordered]
    return Overview(
        runs[0].voice,
        len(runs),
        rate_of(failed, groups),
        rate_of([run.missed for run in runs], groups),
        {name: rate_of([run.cause == name for run in runs], groups) for name in names},
        rates_by(failed, groups, [run.seed for run in runs]),
        rates_by([run.failed for run in ordered], lengths, [run.id for run in ordered]),
        rates_by(failed, [run.ending for run in runs], groups),
        {name: spread_of(values) for name, values in seconds.items()},
        threshold_curve([row for _, row in judged], [name for name, _ in judged], thresholds)
        if judged
        else None,
        _endings(runs),
    )


def compare_runs(
    first: Sequence[Run], second: Sequence[Run], by: Callable[[Run], Any], names: tuple[str, str]
) -> Pair | None:
    """A comparison of the runs with equal keys in both sequences; None without any."""
    others = {by(run): run for run in second}
    pairs = [(run, others[by(run)]) for run in first if by(run) in others]
    if not pairs:
        return None
    groups = [run.id for run, _ in pairs]
    before, after = zip(*pairs, strict=True)

    def difference(value: Callable[[Run], float]) -> Difference:
        return compare([value(run) for run in before], [value(run) for run in after], groups)

    return Pair(
        *names,
        difference(lambda run: run.failed),
        difference(lambda run: run.missed),
        difference(lambda run: run.measures.seconds),
        mcnemar([run.failed for run in before], [run.failed for run in after]),
    )


def compare_voices(first: Sequence[Run], second: Sequence[Run]) -> Pair | None:
    """A comparison of two voices on the sentences and seeds that both spoke."""
    names = (first[0].voice, second[0].voice)
    return compare_runs(first, second, lambda run: (run.id, run.ending, run.seed), names)


@dataclass(frozen=True)
class Trend:
    """How a voice developed in training: shares of runs by step, in order."""

    failed: dict[int, Rate]
    missed: dict[int, Rate]

    @property
    def best(self) -> int:
        """The step with the fewest failures, the first of several."""
        return min(self.failed, key=lambda step: self.failed[step].rate)


def trend_of(overviews: Mapping[int, Overview]) -> Trend:
    """The trend of one run's checkpoints, by step."""
    ordered = sorted(overviews.items())
    return Trend(
        {step: overview.failed for step, overview in ordered},
        {step: overview.missed for step, overview in ordered},
    )


def worst_of(runs: Sequence[Run], many: int) -> list[Run]:
    """Failed runs to inspect: one of each cause, in the order of CAUSES, then another of each.

    Runs of different texts come first within a cause.
    """
    order = [cause.name for cause in CAUSES]
    of_text: Counter[tuple[str, str]] = Counter()
    of_cause: Counter[str] = Counter()
    failed = []
    for run in runs:
        if run.failed:
            failed.append((of_text[run.cause, run.id], run))
            of_text[run.cause, run.id] += 1
    ranked = []
    for _, run in sorted(failed, key=lambda row: row[0]):
        ranked.append((of_cause[run.cause], order.index(run.cause), run))
        of_cause[run.cause] += 1
    return [run for *_, run in sorted(ranked, key=lambda row: row[:2])[:many]]


def _endings(runs: Sequence[Run]) -> tuple[Pair, ...]:
    endings = list(dict.fromkeys(run.ending for run in runs))
    stop = next((ending for ending in endings if ending and ending in STOPS), "")
    usual = [run for run in runs if run.ending == stop]
    pairs = []
    for ending in endings if stop else ():
        if ending == stop:
            continue
        others = [run for run in runs if run.ending == ending]
        names = (stop, ending)
        pairs.append(compare_runs(usual, others, lambda run: (run.id, run.seed), names))
    return tuple(pair for pair in pairs if pair)


def _length(symbols: int) -> str:
    place = int(np.searchsorted(LENGTHS, symbols))
    first = 1 if place == 0 else LENGTHS[place - 1] + 1
    return f"{first}-{LENGTHS[place]}" if place < len(LENGTHS) else f"{first}-"
