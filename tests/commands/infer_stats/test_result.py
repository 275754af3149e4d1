"""The result of infer-stats: its exit code, its lines and its records."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.train.diagnosis.made_runs import ran
from voiceprep.commands.infer_stats.result import InferStatsResult
from voiceprep.quality.proportion import wilson
from voiceprep.train.diagnosis.causes import FINE
from voiceprep.train.diagnosis.runs import Trend, compare_voices, summarize


@pytest.fixture(scope="module")
def result():
    runs = [ran(FINE, 0), ran("skipped", 1), ran(FINE, 2, ending="")]
    others = [replace(run, voice="b.pt") for run in runs]
    return InferStatsResult(
        Path("stats"),
        ("one verdict",),
        (summarize(runs), summarize(others)),
        (compare_voices(runs, others),),
        None,
        (),
        {"latency_avg": 0.5},
        ("a note",),
    )


def test_only_an_exceeded_limit_changes_the_exit_code(result):
    assert result.exit_code == 0
    over = replace(result, over_limit=("failed is much",))
    assert over.exit_code == 1
    assert "over the limit: failed is much" in over.lines(False)


def test_the_verdict_comes_first_and_what_was_written_last(result):
    short, long = result.lines(False), result.lines(True)
    assert short[0] == long[0] == "one verdict"
    assert short[-1] == long[-1] == "→ stats/index.html, runs.jsonl, runs.csv"
    assert "note: a note" in short
    assert len(short) == 3


def test_verbose_it_shows_the_rate_of_every_text_length_and_ending(result):
    lines = result.lines(True)
    for voice in ("a.pt", "b.pt"):
        at = lines.index(f"{voice}, failed by sentence")
        assert [line.split(" of ")[0] for line in lines[at + 1 : at + 4]] == [
            "  s0: 0",
            "  s1: 1",
            "  s2: 0",
        ]
        at = lines.index(f"{voice}, failed by ending")
        assert {line.split(" of ")[0] for line in lines[at + 1 : at + 3]} == {
            "  .: 1",
            "  nothing: 0",
        }


def test_records_are_each_voice_each_comparison_and_the_summary(result):
    rows = [json.loads(json.dumps(row)) for row in result.rows()]
    assert [row.get("voice") for row in rows[:2]] == ["a.pt", "b.pt"]
    assert (rows[2]["first"], rows[2]["second"]) == ("a.pt", "b.pt")
    summary = rows[3]["summary"]
    assert summary["latency_avg"] == 0.5
    assert (summary["verdict"], summary["notes"]) == (["one verdict"], ["a note"])
    assert "trend" not in summary


def test_the_trend_of_a_run_is_part_of_the_summary(result):
    rates = {5: wilson(9, 10), 20: wilson(1, 10)}
    *_, last = replace(result, trend=Trend(rates, rates)).rows()
    trend = json.loads(json.dumps(last))["summary"]["trend"]
    assert list(trend["failed"]) == ["5", "20"]
