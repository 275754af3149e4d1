"""A verdict's sentences."""

from types import SimpleNamespace

from tests.train.diagnosis.made_runs import GATE_SILENT, ran
from voiceprep.quality.proportion import wilson
from voiceprep.train.diagnosis.causes import FINE
from voiceprep.train.diagnosis.limits import Limit
from voiceprep.train.diagnosis.runs import Trend, summarize
from voiceprep.train.diagnosis.verdict import (
    describe_pair,
    describe_trend,
    exceeded_limits,
    inapplicable,
    verdict_of,
)


def test_a_trend_names_the_step_that_failed_least():
    rates = {5: wilson(9, 10), 20: wilson(1, 10), 100: wilson(4, 10)}
    sentence = describe_trend(Trend(rates, rates))
    assert sentence.startswith(
        "3 checkpoints from step 5 to 100: the share of runs that fail goes from"
    )
    assert "from 90.0 % to 40.0 %; the lowest is at step 20: 1 of 10" in sentence
    assert describe_trend(Trend(rates | {100: wilson(1, 10)}, rates)).endswith("was never lower")


def test_the_verdict_says_what_is_wrong_how_sure_and_what_to_try(runs):
    lines = verdict_of(summarize(runs), 0.5)
    assert lines[0].startswith("9 of 40 runs (22.5 %; ")
    assert "no gate ended 8 of 40 runs (20.0 %; " in lines[0]
    assert lines[1].startswith(f"{GATE_SILENT}: 8 of 40 runs")
    assert "--gate-threshold" in lines[1]
    assert lines[2].startswith("skipped: 1 of 40 runs")
    assert "2 of 10 texts cause 88.9 % of the failures: s3, s7" in lines[3]
    assert lines[4].startswith("the best gate threshold is ")


def test_a_voice_without_failures_gets_an_upper_bound(runs):
    lines = verdict_of(summarize([run for run in runs if not run.failed]), 0.5)
    assert lines[0] == "0 of 31 runs failed (95 % upper bound 11 %)"
    assert len(lines) == 2


def test_the_current_threshold_is_judged_beside_the_best(runs):
    curve = summarize(runs).curve
    (line,) = [line for line in verdict_of(summarize(runs), 0.95) if "threshold" in line[:30]]
    missed = 100 * curve.missed[curve.thresholds.index(0.95)].rate
    assert f"the current 0.95 misses {missed:.1f} % and ends 0.0 % too early" in line


def test_a_voice_that_finished_nothing_gets_no_threshold():
    lines = verdict_of(summarize([ran("never aligned", 1), ran("never aligned", 3)]), 0.5)
    assert lines[-1].startswith("no run reached the end of its text")


def test_exceeded_limits_are_named_with_both_shares(runs):
    limits = [Limit("no_stop", 0.02), Limit("skipped", 0.5), Limit("failed", 0.0)]
    assert exceeded_limits(limits, summarize(runs)) == (
        "no_stop is 20.0 %, over 2.0 %",
        "failed is 22.5 %, over 0.0 %",
    )


def test_two_endings_are_compared_in_one_sentence():
    spoken = [ran(FINE, number, 0, ".") for number in range(12)]
    silent = [ran("finished but gate silent", number, 0, ";") for number in range(11)]
    (pair,) = summarize([*spoken, *silent, ran(FINE, 11, 0, ";")]).endings
    sentence = describe_pair(pair, "ending ")
    assert sentence.startswith(
        "ending ';' instead of ending '.': 91.7 % of runs fail instead of 0.0 %"
    )
    assert "statistically significant (p = 0.00098 by McNemar's test)" in sentence
    assert "no gate ends 91.7 % of them instead of 0.0 %, +91.7 points" in sentence


def test_what_does_not_apply_to_a_model_is_told():
    gated, bare = (
        SimpleNamespace(measures=SimpleNamespace(has_gate=has, has_attention=has))
        for has in (True, False)
    )
    assert inapplicable([gated, bare]) == []
    assert inapplicable([bare]) == [
        "the model has no gate: gate thresholds and causes do not apply",
        "the model has no attention: alignment and its causes do not apply",
    ]
