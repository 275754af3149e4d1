from itertools import pairwise

import pytest

from voiceprep.train.run.schedule import Milestone, learning_rate, milestones
from voiceprep.train.settings import ScheduleConfig

DROPS = (500, 1000, 1500)


def anneal(factor=0.1, **settings):
    return ScheduleConfig(
        learning_rate=1e-3, rule="anneal", anneal_steps=DROPS, anneal_factor=factor, **settings
    )


TABLES = {
    0.1: {0: 1e-3, 499: 1e-3, 500: 1e-4, 999: 1e-4, 1000: 1e-5, 1500: 1e-6, 6001: 1e-6},
    0.3: {0: 1e-3, 499: 1e-3, 500: 3e-4, 999: 3e-4, 1000: 1e-4, 1500: 3e-5, 6001: 3e-5},
}


@pytest.mark.parametrize("factor", TABLES)
def test_the_rate_drops_at_its_epochs(factor):
    rates = {epoch: learning_rate(0, epoch, anneal(factor)) for epoch in TABLES[factor]}
    assert rates == pytest.approx(TABLES[factor], rel=1e-12)


def test_a_fine_tune_counts_from_its_own_start():
    assert learning_rate(9000, 6001, anneal(), start=(9000, 6001)) == 1e-3
    assert learning_rate(9900, 6501, anneal(), start=(9000, 6001)) == pytest.approx(1e-4)


def test_counted_from_the_checkpoint_on_all_drops_are_past():
    config = anneal(absolute=True)
    assert learning_rate(9000, 6001, config, start=(9000, 6001)) == pytest.approx(1e-6)
    assert milestones(9000, 6001, config, start=(9000, 6001)) == ()


def test_the_next_drops_are_counted_as_the_log_counts_epochs():
    changes = milestones(9000, 6600, anneal(), start=(9000, 6001))
    assert [(change.unit, change.at) for change in changes] == [("epoch", 7001), ("epoch", 7501)]
    assert [change.rate for change in changes] == pytest.approx([1e-5, 1e-6])


def test_a_constant_rate_stays():
    config = ScheduleConfig(learning_rate=2e-4)
    assert {learning_rate(step, step // 9, config) for step in range(0, 10_000, 999)} == {2e-4}
    assert milestones(0, 0, config) == ()


COSINE = ScheduleConfig(
    learning_rate=1e-3, rule="cosine", warmup_steps=10, final_learning_rate=1e-5
)


def test_a_cosine_rises_falls_and_stays_at_its_end():
    rates = [learning_rate(step, 0, COSINE, 110) for step in range(130)]
    assert rates[:10] == pytest.approx([1e-4 * (step + 1) for step in range(10)])
    assert rates[10] == 1e-3
    assert rates[60] == pytest.approx((1e-3 + 1e-5) / 2)
    assert rates[110:] == [1e-5] * 20
    assert all(later < earlier for earlier, later in pairwise(rates[10:111]))


def test_a_cosine_of_a_fine_tune_ends_where_the_run_ends():
    shifted = [learning_rate(500 + step, 7, COSINE, 610, start=(500, 7)) for step in range(111)]
    assert shifted == [learning_rate(step, 0, COSINE, 110) for step in range(111)]


def test_the_milestones_of_a_cosine():
    changes = milestones(0, 0, COSINE, 110)
    assert changes[0] == Milestone("step", 10, 1e-3)
    assert [change.at for change in changes] == [10, 60, 110]
    assert changes[-1].rate == pytest.approx(1e-5)
    assert [change.at for change in milestones(60, 0, COSINE, 110)] == [110]


def test_a_run_no_longer_than_its_warm_up_has_a_rate():
    assert learning_rate(10, 0, COSINE, 10) == pytest.approx(1e-3)
    assert 0 < learning_rate(3, 0, COSINE, 4) <= 1e-3


@pytest.mark.parametrize("config", [anneal(), COSINE, anneal(warmup_steps=100)], ids=str)
def test_every_milestone_tells_the_rate_that_comes(config):
    for change in milestones(0, 0, config, 2000):
        step, epoch = (change.at, 0) if change.unit == "step" else (2000, change.at)
        assert learning_rate(step, epoch, config, 2000) == pytest.approx(change.rate)
