"""Every synthetic fault gets its own cause, and a run without one is fine."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from tests.train.diagnosis.made_runs import FAULTS, STEP_SECONDS, made_run
from tests.train.diagnosis.test_alignment import spread
from voiceprep.train.diagnosis.causes import CAUSES, FINE, find_cause
from voiceprep.train.diagnosis.run import measure_run

# Apart from those by which the limits were found, 0 to 150.
SEEDS = range(5000, 5060)


def measures(run, **changes):
    run = replace(run, **changes)
    return measure_run(run.alignment, run.gate, run.mel, run.stop, STEP_SECONDS)


@pytest.fixture(scope="module")
def counts():
    """How often each made cause was diagnosed as each."""
    runs = ((cause, made_run(cause, seed)) for cause in FAULTS for seed in SEEDS)
    return Counter((cause, find_cause(measures(run))) for cause, run in runs)


@pytest.mark.parametrize("cause", FAULTS)
def test_a_fault_is_found_where_it_is_and_only_there(counts, cause):
    right = counts[cause, cause]
    of_all_found = sum(count for (_, found), count in counts.items() if found == cause)
    assert right / len(SEEDS) >= 0.95
    assert right / of_all_found >= 0.95


def test_the_ladder_has_every_made_cause_and_the_limit_besides():
    names = [cause.name for cause in CAUSES]
    assert {*names, FINE} == {*FAULTS, "cut off by the limit"}
    assert len(set(names)) == len(names)
    assert all(cause.meaning and cause.advice for cause in CAUSES)


def test_an_orderly_reading_that_meets_the_limit_gets_that_cause():
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


def test_of_two_faults_the_one_that_came_first_is_the_cause():
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


def test_a_run_without_any_steps_has_a_cause_too():
    nothing = measure_run(np.zeros((0, 9)), np.zeros(0), np.zeros((20, 0)), "nan", STEP_SECONDS)
    assert find_cause(nothing) == "not finite"
