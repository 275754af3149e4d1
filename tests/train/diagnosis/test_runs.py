"""Many runs with known failures."""

from dataclasses import replace

import numpy as np
import pytest

from tests.train.diagnosis.made_runs import GATE_SILENT, ran
from voiceprep.train.diagnosis.causes import FINE
from voiceprep.train.diagnosis.runs import compare_voices, summarize, worst_of


def test_failures_are_counted_by_cause_by_sentence_and_by_end(runs):
    found = summarize(runs)
    assert (found.runs, found.failed.count, found.missed.count) == (40, 9, 8)
    counts = {name: rate.count for name, rate in found.causes.items() if rate.count}
    assert counts == {FINE: 31, GATE_SILENT: 8, "skipped": 1}
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


def test_ends_of_sentences_are_compared_in_pairs():
    rows = []
    for number in range(12):
        rows += [ran(FINE, number, seed, ".") for seed in range(2)]
        cause = GATE_SILENT if number != 5 else FINE
        rows += [ran(cause, number, seed, ";") for seed in range(2)]
    (pair,) = summarize(rows).endings
    assert (pair.first, pair.second) == (".", ";")
    assert pair.failures.difference == pytest.approx(11 / 12)
    assert pair.failures.significant
    assert pair.chance == pytest.approx(2 * 0.5**22)
    assert pair.missed.difference == pytest.approx(11 / 12)


def test_voices_are_compared_on_what_both_spoke(runs):
    better = [replace(run, voice="b.pt") for run in runs if run.seed < 3]
    better = [replace(run, cause=FINE) if run.id == "s3" else run for run in better]
    pair = compare_voices(runs, better)
    assert (pair.first, pair.second) == ("a.pt", "b.pt")
    assert pair.failures.difference == pytest.approx(-3 / 30)
    assert not pair.failures.significant
    assert pair.missed.difference == 0
    assert compare_voices(runs, [replace(run, seed=9) for run in runs]) is None


def test_a_row_keeps_every_measure_and_who_it_was(runs):
    row = runs[0].row()
    assert (row["id"], row["ending"], row["seed"], row["cause"]) == ("s0", ".", 0, "skipped")
    assert {"gate_maximum", "gate_lag", "end_step", "tail_db", "lost"} <= set(row)
    assert "latency" not in row
    assert runs[0].latency_row()["latency"] == runs[0].latency
    assert all(np.isfinite(value) for value in row.values() if isinstance(value, float))


def test_of_the_worst_every_cause_comes_first_once_and_then_another_text():
    silent = [ran(GATE_SILENT, number) for number in (1, 2)]
    skipped = replace(ran("skipped", 3), seed=9)
    runs = [ran(FINE, 0), silent[0], replace(silent[0], seed=1), silent[1], skipped]
    found = [(run.id, run.cause, run.seed) for run in worst_of(runs, 3)]
    assert found == [
        ("s3", "skipped", 9),
        ("s1", GATE_SILENT, silent[0].seed),
        ("s2", GATE_SILENT, silent[1].seed),
    ]
    assert len(worst_of(runs, 10)) == 4
    assert worst_of(runs[:1], 3) == []
