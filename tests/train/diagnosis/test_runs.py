"""Many runs with known failures, and their verdict."""

from dataclasses import replace

import numpy as np
import pytest

from tests.train.diagnosis.made_runs import STEP_SECONDS, made_run
from voiceprep.train.diagnosis.causes import FINE, find_cause
from voiceprep.train.diagnosis.limits import Limit
from voiceprep.train.diagnosis.run import measure_run
from voiceprep.train.diagnosis.runs import Run, compare_voices, summarize, worst_of
from voiceprep.train.diagnosis.thresholds import judge_thresholds
from voiceprep.train.diagnosis.verdict import describe_pair, exceeded_limits, verdict_of


def ran(cause, number, seed=0, ending=".", voice="a.pt"):
    """A made run that is diagnosed as what it was made to be."""
    made = made_run(cause, number)
    found = measure_run(made.alignment, made.gate, made.mel, made.stop, STEP_SECONDS)
    assert find_cause(found) == cause
    outcomes = judge_thresholds(made.gate, found)
    names = (voice, f"s{number}", f"text {number}", ending)
    return Run(*names, seed, found, cause, outcomes, 0.5, np.zeros(0))


@pytest.fixture(scope="module")
def runs():
    """Ten sentences with four seeds; the gate of two never opens, a third skips once."""
    rows = []
    for number in range(10):
        fine, silent = ran(FINE, number), ran("finished but gate silent", number)
        run = silent if number in (3, 7) else fine
        rows += [replace(run, seed=seed) for seed in range(4)]
    rows[0] = replace(ran("skipped", 0), seed=0)
    return rows


def test_failures_are_counted_by_cause_by_sentence_and_by_end(runs):
    found = summarize(runs)
    assert (found.runs, found.failed.count, found.missed.count) == (40, 9, 8)
    counts = {name: rate.count for name, rate in found.causes.items() if rate.count}
    assert counts == {FINE: 31, "finished but gate silent": 8, "skipped": 1}
    assert sum(rate.count for rate in found.causes.values()) == found.runs
    assert {name: rate.count for name, rate in found.by_sentence.items() if rate.count} == {
        "s0": 1,
        "s3": 4,
        "s7": 4,
    }
    assert sum(rate.total for rate in found.by_length.values()) == 40
    assert found.by_ending["."].total == 40
    assert found.sentences["s5 ."].variation == 0
    assert found.endings == ()
    assert 0 < found.curve.recommended < 1


def test_the_verdict_says_what_is_wrong_how_sure_and_what_to_try(runs):
    lines = verdict_of(summarize(runs), 0.5)
    assert lines[0].startswith("9 of 40 runs (22.5 %; ")
    assert "no gate ended 8 of 40 runs (20.0 %; " in lines[0]
    assert lines[1].startswith("finished but gate silent: 8 of 40 runs")
    assert "--gate-threshold" in lines[1]
    assert lines[2].startswith("skipped: 1 of 40 runs")
    assert "2 of 10 texts cause 88.9 % of the failures: s3, s7" in lines[3]
    assert lines[4].startswith("the best gate threshold is ")


def test_a_voice_without_failures_gets_an_upper_bound(runs):
    lines = verdict_of(summarize([run for run in runs if not run.failed]), 0.5)
    assert lines[0] == "0 of 31 runs failed (95 % upper bound 11 %)"
    assert len(lines) == 2


def test_a_voice_that_finished_nothing_gets_no_threshold():
    lines = verdict_of(summarize([ran("never aligned", 1), ran("never aligned", 3)]), 0.5)
    assert lines[-1].startswith("no run reached the end of its text")


def test_ends_of_sentences_are_compared_in_pairs():
    rows = []
    for number in range(12):
        rows += [ran(FINE, number, seed, ".") for seed in range(2)]
        cause = "finished but gate silent" if number != 5 else FINE
        rows += [ran(cause, number, seed, ";") for seed in range(2)]
    (pair,) = summarize(rows).endings
    assert (pair.first, pair.second) == (".", ";")
    assert pair.failures.difference == pytest.approx(11 / 12)
    assert pair.failures.significant
    assert pair.chance == pytest.approx(2 * 0.5**22)
    sentence = describe_pair(pair, "ending ")
    assert sentence.startswith(
        "ending ';' instead of ending '.': 91.7 % of runs fail instead of 0.0 %"
    )
    assert "statistically significant (p = 4.8e-07 by McNemar's test)" in sentence
    assert "no gate ends 91.7 % of them instead of 0.0 %, +91.7 points" in sentence


def test_voices_are_compared_on_what_both_spoke(runs):
    better = [replace(run, voice="b.pt") for run in runs if run.seed < 3]
    better = [replace(run, cause=FINE) if run.id == "s3" else run for run in better]
    pair = compare_voices(runs, better)
    assert (pair.first, pair.second) == ("a.pt", "b.pt")
    assert pair.failures.difference == pytest.approx(-3 / 30)
    assert not pair.failures.significant
    assert pair.missed.difference == 0
    assert compare_voices(runs, [replace(run, seed=9) for run in runs]) is None


def test_a_limit_is_read_as_typed_and_named_when_exceeded(runs):
    found = summarize(runs)
    limits = [Limit.read(text) for text in ("no_stop>0.02", "skipped > 0.5", "failed>0")]
    assert limits[0] == Limit("no_stop", 0.02)
    assert exceeded_limits(limits, found) == (
        "no_stop is 20.0 %, over 2.0 %",
        "failed is 22.5 %, over 0.0 %",
    )
    for text in ("no_stpo>0.1", "no_stop", "no_stop>few", ""):
        with pytest.raises(ValueError, match=r"did you mean|must be a share|is one of"):
            Limit.read(text)


def test_a_row_keeps_every_measure_and_who_it_was(runs):
    row = runs[0].row()
    assert (row["id"], row["ending"], row["seed"], row["cause"]) == ("s0", ".", 0, "skipped")
    assert {"gate_maximum", "gate_lag", "end_step", "tail_db", "lost", "latency"} <= set(row)
    assert all(np.isfinite(value) for value in row.values() if isinstance(value, float))


def test_of_the_worst_every_cause_comes_first_once_and_then_another_text():
    silent = [ran("finished but gate silent", number) for number in (1, 2)]
    skipped = replace(ran("skipped", 3), seed=9)
    runs = [ran(FINE, 0), silent[0], replace(silent[0], seed=1), silent[1], skipped]
    found = [(run.id, run.cause, run.seed) for run in worst_of(runs, 3)]
    assert found == [
        ("s3", "skipped", 9),
        ("s1", "finished but gate silent", silent[0].seed),
        ("s2", "finished but gate silent", silent[1].seed),
    ]
    assert len(worst_of(runs, 10)) == 4
    assert worst_of(runs[:1], 3) == []
