"""The page of infer-stats: turns measurements into what the page draws."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...quality.proportion import Rate
from ...report import speech as page
from ...train.diagnosis.causes import CAUSES, FINE
from ...train.diagnosis.gate import gate_band
from ...train.diagnosis.runs import Overview, Pair, Run, Trend
from ...train.diagnosis.statistics import rate_of, spread_of
from ...train.diagnosis.thresholds import ThresholdCurve
from ...train.diagnosis.verdict import format_rate
from ...train.settings import InferConfig
from ...train.speech.acoustic import SynthesisResult
from .result import RUNS, TABLE, InferStatsResult

NOTHING = "nothing"
CAUSE = {cause.name: cause for cause in CAUSES}
# Texts whose gates are drawn: those that fail most.
MOST_GATES = 48


@dataclass(frozen=True, eq=False)
class FailedRun:
    """A failed run that was spoken again, and its wav if there is one."""

    run: Run
    speech: SynthesisResult
    sound: Path | None


def write_page(
    result: InferStatsResult,
    voices: Sequence[Sequence[Run]],
    failed: Sequence[FailedRun],
    infer: InferConfig,
    target: Path,
) -> None:
    """Write the page of a result; `voices` are the runs of each voice."""
    pairs = list(zip(result.overviews, voices, strict=True))
    shown = [_voice(*pair, infer) for pair in (pairs[:1] if result.trend else pairs)]
    runs = voices[0]
    facts = [
        ("voice" if len(shown) == 1 else "voices", ", ".join(voice.name for voice in shown)),
        ("texts", str(len({(run.id, run.ending) for run in runs}))),
        ("seeds", str(len({run.seed for run in runs}))),
    ]
    if any(run.measures.has_gate for run in runs):
        facts.append(("gate threshold", f"{infer.gate_threshold:g}"))
    written = page.StatsPage(
        result.verdict,
        facts,
        shown,
        infer.gate_threshold,
        result.over_limit,
        result.notes,
        [_effect(pair) for pair in result.pairs],
        [_failed(one, result.overviews[0]) for one in failed],
        (RUNS, TABLE),
        result.latencies,
        _trend(result.trend) if result.trend else (),
    )
    page.write_stats(written, target)


def _voice(overview: Overview, runs: Sequence[Run], infer: InferConfig) -> page.VoiceStats:
    texts: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        texts.setdefault((run.id, run.ending), []).append(run)
    worst = sorted(texts.values(), key=lambda same: -sum(run.failed for run in same))
    names = [name for name in CAUSE if overview.causes[name].count]
    names.sort(key=lambda name: -overview.causes[name].count)
    return page.VoiceStats(
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
        [gates for same in worst[:MOST_GATES] if (gates := _gates(same, overview))],
        [_sentence(same, overview) for same in worst],
    )


def _trend(trend: Trend) -> list[page.Share]:
    missed = trend.missed.items()
    notes = {step: f"no gate ended {format_rate(rate)}" for step, rate in missed}
    return [_share(f"{step}", rate, notes[step]) for step, rate in trend.failed.items()]


def _share(name: str, rate: Rate, note: str = "") -> page.Share:
    return page.Share(name, format_rate(rate), rate.rate, rate.low, rate.high, note)


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
        failures.significant,
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


def _gates(runs: Sequence[Run], overview: Overview) -> page.Gates | None:
    curves = [run.gate for run in runs if run.gate is not None]
    if not curves:
        return None
    step = runs[0].measures.step_seconds
    band = gate_band(curves)
    ends = [run.measures.full_path.end for run in runs if run.measures.full_path.end is not None]
    return page.Gates(
        _name(runs[0], overview),
        runs[0].text,
        step,
        band.middle,
        band.low,
        band.high,
        [_stop(run) for run in runs if not run.missed],
        sum(run.missed for run in runs),
        float(np.median(ends) + 0.5) * step if ends else None,
    )


def _failed(failed: FailedRun, overview: Overview) -> page.Failed:
    run, step = failed.run, failed.run.measures.step_seconds
    end = run.measures.full_path.end
    return page.Failed(
        _name(run, overview),
        run.text,
        run.seed,
        run.cause,
        CAUSE[run.cause].meaning,
        failed.speech.alignment,
        failed.speech.gate,
        step,
        None if run.missed else _stop(run),
        None if end is None else (end + 0.5) * step,
        failed.sound,
    )


def _sentence(runs: Sequence[Run], overview: Overview) -> page.SentenceRow:
    rate = rate_of([run.failed for run in runs], [run.seed for run in runs])
    share = f"{rate.count} of {rate.total}"
    counts = Counter(run.cause for run in runs if run.failed).most_common()
    seconds = spread_of([run.measures.seconds for run in runs])
    lags = [run.measures.gate_lag for run in runs if run.measures.gate_lag is not None]
    return page.SentenceRow(
        _name(runs[0], overview),
        runs[0].text,
        runs[0].measures.symbols,
        page.Share("failed", share, rate.rate, rate.low, rate.high),
        ", ".join(f"{cause} {count}" for cause, count in counts),
        seconds.mean,
        seconds.deviation,
        float(np.median(lags)) if lags else None,
    )


def _name(run: Run, overview: Overview) -> str:
    """The name of a text, with its ending if each was spoken with several."""
    return f"{run.id}, ended with {run.ending or NOTHING}" if overview.endings else run.id


def _stop(run: Run) -> float:
    return (run.measures.steps - 0.5) * run.measures.step_seconds
