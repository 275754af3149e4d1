"""Every fault that is made is told as what it is, and what has none as fine."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from tests.train.checks.made_runs import FAULTS, STEP_SECONDS, made_run
from tests.train.checks.test_alignment import spread
from voiceprep.train.checks.causes import CAUSES, FINE, find_cause
from voiceprep.train.checks.run import measure_run

# Apart from those by which the limits were found, 0 to 150.
SEEDS = range(5000, 5060)


def measures(run, **changes):
    run = replace(run, **changes)
    return measure_run(run.alignment, run.gate, run.mel, run.stop, STEP_SECONDS)


@pytest.fixture(scope="module")
def told():
    """How often each made cause was told as each."""
    runs = ((cause, made_run(cause, seed)) for cause in FAULTS for seed in SEEDS)
    return Counter((cause, find_cause(measures(run))) for cause, run in runs)


@pytest.mark.parametrize("cause", FAULTS)
def test_a_fault_is_told_when_it_is_there_and_only_then(told, cause):
    right = told[cause, cause]
    of_all_told = sum(count for (_, found), count in told.items() if found == cause)
    assert right / len(SEEDS) >= 0.95
    assert right / of_all_told >= 0.95


def test_the_ladder_has_every_made_cause_and_the_limit_besides():
    names = [cause.name for cause in CAUSES]
    assert {*names, FINE} == {*FAULTS, "cut off by the limit"}
    assert len(set(names)) == len(names)
    assert all(cause.meaning and cause.advice for cause in CAUSES)


def test_an_orderly_reading_that_meets_the_limit_is_told_as_that():
    run = made_run("fine", 3)
    half = len(run.gate) // 2
    found = measures(
        run,
        alignment=run.alignment[:half],
        gate=run.gate[:half],
        mel=run.mel[:, :half],
        stop="limit",
    )
    assert find_cause(found) == "cut off by the limit"


def test_of_two_faults_the_one_that_came_first_is_told():
    run = made_run("skipped", 5)
    assert find_cause(measures(run, gate=run.gate * 0, stop="limit")) == "skipped"
    assert find_cause(measures(run, gate=run.gate * 0, stop="nan")) == "not finite"


@pytest.mark.parametrize("symbols", [1, 2, 5])
def test_a_very_short_text_is_judged_by_its_gate(symbols):
    rest = np.repeat(np.arange(symbols), 8).tolist() + [symbols - 1] * 150
    alignment = spread(rest, symbols, width=0.3)
    mel = np.full((20, len(rest)), -4.0)
    mel[:, symbols * 8 + 10 :] = -10
    gate = np.zeros(len(rest))
    shut = measure_run(alignment, gate, mel, "saturated", STEP_SECONDS)
    assert find_cause(shut) == "finished but gate silent"
    gate[symbols * 8 + 15 :] = 0.9
    assert find_cause(measure_run(alignment, gate, mel, "gate", STEP_SECONDS)) == FINE


def test_a_run_of_which_nothing_was_heard_has_a_cause_too():
    nothing = measure_run(np.zeros((0, 9)), np.zeros(0), np.zeros((20, 0)), "nan", STEP_SECONDS)
    assert find_cause(nothing) == "not finite"
