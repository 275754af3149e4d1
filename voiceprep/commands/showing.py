"""The page of many runs of a voice: what was measured, as what is to be drawn."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..proportion import Rate
from ..report import speech as page
from ..train.checks.causes import CAUSES, FINE
from ..train.checks.gate import gate_band
from ..train.checks.runs import Overview, Pair, Run, Trend
from ..train.checks.statistics import rate_of, spread_of
from ..train.checks.thresholds import ThresholdCurve
from ..train.checks.verdict import told_rate
from ..train.infer import Speech
from ..train.settings import InferConfig
from .telling import RUNS, TABLE, Stats

NOTHING = "nothing"
CAUSE = {cause.name: cause for cause in CAUSES}
# Texts whose gates are drawn, those that fail most.
MOST_GATES = 48


@dataclass(frozen=True, eq=False)
class Heard:
    """A failed run that was spoken again, and its wav where there is one."""

    run: Run
    speech: Speech
    sound: Path | None


def show(
    found: Stats,
    spoken: Sequence[Sequence[Run]],
    heard: Sequence[Heard],
    infer: InferConfig,
    target: Path,
) -> None:
    """Write the page of what was found, `spoken` being the runs of each of its voices."""
    shown = list(zip(found.overviews, spoken, strict=True))
    voices = [_voice(*one, infer) for one in (shown[:1] if found.trend else shown)]
    runs = spoken[0]
    facts = [
        ("voice" if len(voices) == 1 else "voices", ", ".join(voice.name for voice in voices)),
        ("texts", str(len({(run.id, run.ending) for run in runs}))),
        ("seeds", str(len({run.seed for run in runs}))),
        ("gate threshold", f"{infer.gate_threshold:g}"),
    ]
    written = page.StatsPage(
        found.verdict,
        facts,
        voices,
        infer.gate_threshold,
        found.over_limit,
        found.notes,
        [_effect(pair) for pair in found.pairs],
        [_failed(one, found.overviews[0]) for one in heard],
        (RUNS, TABLE),
        found.latencies,
        _trend(found.trend) if found.trend else (),
    )
    page.write_stats(written, target)


def _voice(overview: Overview, runs: Sequence[Run], infer: InferConfig) -> page.Voice:
    texts: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        texts.setdefault((run.id, run.ending), []).append(run)
    worst = sorted(texts.values(), key=lambda those: -sum(run.failed for run in those))
    names = [name for name in CAUSE if overview.causes[name].count]
    names.sort(key=lambda name: -overview.causes[name].count)
    return page.Voice(
        overview.voice,
        overview.runs,
        _share("failed", overview.failed),
        [
            _share(FINE, overview.causes[FINE]),
            *(_share(name, overview.causes[name], CAUSE[name].meaning) for name in names),
        ],
        _shares(overview.by_length),
        _shares(overview.by_ending),
        [_effect(pair) for pair in overview.endings],
        _thresholds(overview.curve, infer.gate_threshold) if overview.curve else None,
        [_gates(those, overview) for those in worst[:MOST_GATES]],
        [_sentence(those, overview) for those in worst],
    )


def _trend(trend: Trend) -> list[page.Share]:
    missed = trend.missed.items()
    notes = {step: f"no gate ended {told_rate(rate)}" for step, rate in missed}
    return [_share(f"{step}", rate, notes[step]) for step, rate in trend.failed.items()]


def _share(name: str, rate: Rate, note: str = "") -> page.Share:
    return page.Share(name, told_rate(rate), rate.rate, rate.low, rate.high, note)


def _shares(rates: dict[str, Rate]) -> list[page.Share]:
    return [_share(name or NOTHING, rate) for name, rate in rates.items()]


def _effect(pair: Pair) -> page.Effect:
    failures = pair.failures
    return page.Effect(
        pair.first or NOTHING,
        pair.second or NOTHING,
        failures.first,
        failures.second,
        failures.difference,
        failures.low,
        failures.high,
        failures.sure,
        pair.chance,
        pair.seconds.difference,
    )


def _thresholds(curve: ThresholdCurve, now: float) -> page.Thresholds:
    names = [f"{level:g}" for level in curve.thresholds]
    missed, premature = (
        [_share(*one) for one in zip(names, rates, strict=True)]
        for rates in (curve.missed, curve.premature)
    )
    best = curve.recommended, curve.low, curve.high
    return page.Thresholds(curve.thresholds, missed, premature, *best, now)


def _gates(runs: Sequence[Run], overview: Overview) -> page.Gates:
    step = runs[0].measures.step_seconds
    band = gate_band([run.gate for run in runs])
    ends = [run.measures.whole.end for run in runs if run.measures.whole.end is not None]
    return page.Gates(
        _named(runs[0], overview),
        runs[0].text,
        step,
        band.middle,
        band.low,
        band.high,
        [_stop(run) for run in runs if not run.missed],
        sum(run.missed for run in runs),
        float(np.median(ends) + 0.5) * step if ends else None,
    )


def _failed(heard: Heard, overview: Overview) -> page.Failed:
    run, step = heard.run, heard.run.measures.step_seconds
    end = run.measures.whole.end
    return page.Failed(
        _named(run, overview),
        run.text,
        run.seed,
        run.cause,
        CAUSE[run.cause].meaning,
        heard.speech.alignment,
        heard.speech.gate,
        step,
        None if run.missed else _stop(run),
        None if end is None else (end + 0.5) * step,
        heard.sound,
    )


def _sentence(runs: Sequence[Run], overview: Overview) -> page.Sentence:
    rate = rate_of([run.failed for run in runs], [run.seed for run in runs])
    told = f"{rate.count} of {rate.total}"
    counts = Counter(run.cause for run in runs if run.failed).most_common()
    seconds = spread_of([run.measures.seconds for run in runs])
    lags = [run.measures.gate_lag for run in runs if run.measures.gate_lag is not None]
    return page.Sentence(
        _named(runs[0], overview),
        runs[0].text,
        runs[0].measures.symbols,
        page.Share("failed", told, rate.rate, rate.low, rate.high),
        ", ".join(f"{cause} {count}" for cause, count in counts),
        seconds.mean,
        seconds.deviation,
        float(np.median(lags)) if lags else None,
    )


def _named(run: Run, overview: Overview) -> str:
    """What a text is called, by its ending too where each was spoken with several."""
    return f"{run.id}, ended with {run.ending or NOTHING}" if overview.endings else run.id


def _stop(run: Run) -> float:
    return (run.measures.steps - 0.5) * run.measures.step_seconds
