"""Rates and differences against published values, and their intervals against simulations."""

import numpy as np
import pytest

from voiceprep.quality.proportion import wilson
from voiceprep.train.diagnosis.statistics import (
    compare,
    latency_levels,
    mcnemar,
    rate_of,
    rates_by,
    spread_of,
)


def test_seeds_of_one_sentence_do_not_buy_off_doubt():
    groups = np.repeat(np.arange(10), 20)
    one_bad = rate_of(groups == 3, groups)
    spread_out = rate_of(np.arange(200) % 10 == 3, groups)
    assert (one_bad.count, spread_out.count) == (20, 20)
    assert one_bad.high - one_bad.low > 2.5 * (spread_out.high - spread_out.low)


def simulated(random, sentences, seeds, rate, alike):
    """Failures of runs whose sentences differ: (runs,) and whose each is."""
    chances = random.beta(rate / alike, (1 - rate) / alike, sentences)
    return random.random((sentences, seeds)) < chances[:, None]


@pytest.mark.parametrize(
    ("sentences", "rate", "alike"), [(20, 0.3, 0.01), (20, 0.3, 0.4), (60, 0.1, 0.2)]
)
def test_the_interval_of_a_rate_holds_the_truth_19_times_of_20(sentences, rate, alike):
    random = np.random.default_rng(1)
    groups = np.repeat(np.arange(sentences), 20)
    rates = (
        rate_of(simulated(random, sentences, 20, rate, alike).ravel(), groups) for _ in range(400)
    )
    held = np.mean([found.low <= rate <= found.high for found in rates])
    assert 0.92 <= held <= 0.995


def test_rates_come_by_kind_in_the_order_of_the_kinds():
    found = rates_by([True, False, True, True], ["b", "a", "b", "a"], [1, 1, 2, 2])
    assert list(found) == ["b", "a"]
    assert (found["b"].count, found["b"].total, found["a"].count) == (2, 2, 1)


@pytest.mark.parametrize("effect", [0.0, 0.1])
def test_the_interval_of_a_difference_holds_the_truth_19_times_of_20(effect):
    random = np.random.default_rng(2)
    held, sentences = [], 12
    groups = np.repeat(np.arange(sentences), 10)
    for seed in range(300):
        chances = random.uniform(0.1, 0.6, (sentences, 1))
        first, second = (random.random((sentences, 10)) < chances + add for add in (0, effect))
        found = compare(first.ravel(), second.ravel(), groups, seed)
        held.append(found.low <= effect <= found.high)
    assert 0.92 <= np.mean(held) <= 0.985


def test_a_difference_is_that_of_the_second_and_significant_where_0_is_excluded():
    groups = np.repeat(np.arange(15), 4)
    first = np.arange(60) % 4 == 0
    worse = compare(first, np.arange(60) % 4 < 3 - (np.arange(60) % 20 == 0), groups)
    assert worse.difference > 0.4
    assert worse.significant
    same = compare(first, first, groups)
    assert (same.difference, same.significant) == (0, False)
    assert same.high == pytest.approx(wilson(0, 15).high)
    with pytest.raises(ValueError, match="4 runs against 3"):
        compare([1, 2, 3, 4], [1, 2, 3], [1, 2, 3, 4])


def test_mcnemars_test_is_exact():
    # Ten changed for the worse and two for the better: 2 (1 + 12 + 66) / 4096.
    first = np.array([False] * 10 + [True] * 2 + [True] * 30)
    second = np.array([True] * 10 + [False] * 2 + [True] * 30)
    assert mcnemar(first, second) == pytest.approx(158 / 4096)
    assert mcnemar(second, first) == mcnemar(first, second)
    assert mcnemar(first, first) == 1


def test_latencies_have_their_usual_names():
    found = latency_levels(np.arange(1, 101) / 100)
    assert found["latency_avg"] == pytest.approx(0.505)
    levels = [found[f"latency_cl{level}"] for level in (50, 90, 95, 99, 100)]
    assert levels == [0.5, 0.9, 0.95, 0.99, 1.0]
    assert latency_levels([0.3])["latency_cl99"] == 0.3


def test_variation_is_relative_to_the_mean():
    found = spread_of([2, 4, 6])
    assert (found.mean, found.deviation, found.variation) == (4, 2, 0.5)
    assert (found.least, found.most) == (2, 6)
    assert spread_of([3]).variation == 0
