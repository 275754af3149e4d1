"""Thresholds that are right and wrong on gates whose course is made."""

import numpy as np
import pytest

from tests.train.diagnosis.made_runs import STEP_SECONDS, made_run
from tests.train.diagnosis.test_alignment import text_path
from tests.train.diagnosis.test_run import measured
from voiceprep.train.diagnosis.gate import THRESHOLDS
from voiceprep.train.diagnosis.run import measure_run
from voiceprep.train.diagnosis.thresholds import (
    IN_TIME,
    MISSED,
    PREMATURE,
    judge_thresholds,
    threshold_curve,
)

PATH = text_path() + [39] * 100
RUN = measured(PATH, opens=210)


def curve_of(steps):
    """A gate that reaches each level at a step: {step: level}."""
    gate = np.zeros(len(PATH))
    for step, level in steps.items():
        gate[step:] = level
    return gate


def test_a_threshold_is_in_time_between_the_last_symbols_and_a_short_silence():
    outcomes = judge_thresholds(curve_of({50: 0.2, 210: 0.6, 290: 0.9}), RUN)
    outcome = dict(zip(THRESHOLDS, outcomes, strict=True))
    assert outcome[0.15] == PREMATURE
    assert outcome[0.2] == IN_TIME == outcome[0.55]
    assert outcome[0.6] == MISSED == outcome[0.95]


def test_of_a_text_that_was_not_finished_no_threshold_is_to_blame():
    unfinished = measured(text_path(0, 20), opens=50)
    assert judge_thresholds(curve_of({50: 0.9}), unfinished) is None


def made_curve(random, sentences, middle):
    """Runs whose gates waver up to 0.3 in the text and open to some level around `middle`."""
    outcomes, groups = [], []
    for sentence in range(sentences):
        for _ in range(5):
            height = np.clip(random.normal(middle, 0.1), 0.05, 0.99)
            outcomes.append(
                judge_thresholds(curve_of({60: random.uniform(0, 0.3), 200: height}), RUN)
            )
            groups.append(sentence)
    return threshold_curve(outcomes, groups)


def test_the_recommended_threshold_is_above_what_wavers_and_below_what_opens():
    found = made_curve(np.random.default_rng(0), 12, middle=0.8)
    assert 0.3 <= found.low <= found.recommended <= found.high <= 0.6
    missed = [rate.rate for rate in found.missed]
    premature = [rate.rate for rate in found.premature]
    assert missed == sorted(missed)
    assert premature == sorted(premature, reverse=True)
    assert (missed[9], premature[9]) == (0, 0)
    assert missed[-1] > 0.5 < premature[0]


def test_the_interval_of_the_recommendation_holds_what_many_sentences_recommend():
    random = np.random.default_rng(3)
    truth = made_curve(random, 400, middle=0.45).recommended
    found = [made_curve(random, 15, middle=0.45) for _ in range(40)]
    assert np.mean([curve.low <= truth <= curve.high for curve in found]) >= 0.85


def test_a_voice_that_finished_nothing_has_no_curve():
    with pytest.raises(ValueError, match="no run reached the end"):
        threshold_curve([], [])


def test_most_of_what_is_fine_is_in_time_at_the_usual_threshold():
    in_time = []
    for seed in range(6000, 6040):
        run = made_run("fine", seed)
        found = measure_run(run.alignment, run.gate, run.mel, run.stop, STEP_SECONDS)
        in_time.append(judge_thresholds(run.gate, found)[THRESHOLDS.index(0.5)] == IN_TIME)
    assert np.mean(in_time) > 0.95
