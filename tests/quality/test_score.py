from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.quality.check import Check, Measurement, Undecided
from voiceprep.quality.fault import Fault
from voiceprep.quality.score import fewest_for, flagged, limit_at, scores
from voiceprep.quality.trial import gather, read_each

HIGH = Check("high", "sound", Measurement, 2.0, "", "lower it")
LOW = Check("low", "sound", Measurement, -2.0, "", "raise it", worse="below")
NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80)
SHARES = st.floats(0.001, 0.999)


def normal(number, size, random):
    return number + size + random.standard_normal()


RAISED = Fault("raised", normal, (1.0, 2.0, 4.0), "deviations", ("high",))


def scored(count, seed=0):
    random = np.random.default_rng(seed)
    things = {str(number): float(random.standard_normal()) for number in range(count)}
    readings = {id: read_each(id, x, [HIGH], [RAISED], seed) for id, x in things.items()}
    tried = gather(readings, [HIGH], [RAISED], seed)
    return tried, scores(tried, [HIGH], [RAISED])


def test_a_detector_of_known_error_rates_comes_out_with_those():
    _, rows = scored(20000)
    # Of a normal distribution 2.28 % lie above 2. To those below it another such number is
    # added, and 1, 2 or 4: integrals over the truncated normal distribution.
    for row, recall in zip(rows, (0.2243, 0.4886, 0.9195), strict=True):
        assert row.recall.rate == pytest.approx(recall, abs=0.012)
        assert row.alarms.rate == pytest.approx(0.0228, abs=0.004)
        assert row.recall.total == 20000 - row.alarms.count
        assert row.precision == pytest.approx(recall / (recall + 0.0228), abs=0.02)


def test_a_fault_in_what_was_accused_before_is_no_find():
    readings = {
        id: read_each(id, x, [HIGH], [RAISED], 0) for id, x in {"a": 9.0, "b": -9.0}.items()
    }
    tried = gather(readings, [HIGH], [RAISED], 0)
    assert flagged(HIGH, tried.clean["high"]) == ("a",)
    row = scores(tried, [HIGH], [RAISED])[2]
    assert (row.recall.count, row.recall.total) == (0, 1)
    assert (row.alarms.count, row.alarms.total) == (1, 2)
    assert row.precision == 0


def test_what_a_check_cannot_tell_is_counted_apart():
    unsure = replace(HIGH, measure=lambda x: Undecided("low") if x < 0 else Measurement(x))
    readings = {
        id: read_each(id, x, [unsure], [RAISED], 0) for id, x in {"a": 1.0, "b": -9.0}.items()
    }
    row = scores(gather(readings, [unsure], [RAISED], 0), [unsure], [RAISED])[2]
    assert (row.recall.count, row.recall.total, row.undecided) == (1, 1, 1)


def test_what_names_nothing_is_never_wrong():
    readings = {"a": read_each("a", -9.0, [HIGH], [RAISED], 0)}
    row = scores(gather(readings, [HIGH], [RAISED], 0), [HIGH], [RAISED])[0]
    assert (row.recall.rate, row.precision) == (0, 1)


@given(st.integers(1, 60), st.integers(0, 5))
def test_precision_lies_within_its_bounds(count, seed):
    for row in scored(count, seed)[1]:
        low, high = row.precision_bounds
        assert 0 <= low <= row.precision <= high <= 1


def test_the_limit_is_the_quantile_that_it_should_be():
    values = [float(number) for number in np.random.default_rng(0).permutation(99)]
    assert limit_at(HIGH, values, 0.05) == 94
    assert limit_at(LOW, values, 0.05) == 4
    assert sum(value > 94 for value in values) == 4


def test_too_few_things_tell_of_no_small_share():
    assert fewest_for(0.02) == 49
    assert limit_at(HIGH, [1.0] * 48, 0.02) is None
    assert limit_at(HIGH, [1.0] * 49, 0.02) == 1.0
    assert limit_at(HIGH, [None] * 60, 0.05) is None
    assert limit_at(HIGH, [1.0, 2.0, None, None], 0.6) is None


@given(NUMBERS, SHARES, st.sampled_from([HIGH, LOW]))
def test_a_limit_never_accuses_more_than_the_share(values, share, check):
    limit = limit_at(check, values, share)
    if limit is None:
        assert len(values) < fewest_for(share) + 1e-6
    else:
        worse = [v > limit if check.worse == "above" else v < limit for v in values]
        assert sum(worse) <= share * (len(values) + 1) - 1 + 1e-6


@given(NUMBERS, SHARES, SHARES)
def test_a_larger_share_is_never_a_laxer_limit(values, one, other):
    laxer, stricter = (limit_at(HIGH, values, share) for share in sorted((one, other)))
    assert laxer is None or stricter <= laxer


@pytest.mark.parametrize("share", [0.02, 0.1])
def test_clips_to_come_are_accused_at_the_share_that_was_stated(share):
    random, alarms = np.random.default_rng(1), []
    for _ in range(2000):
        limit = limit_at(HIGH, random.standard_exponential(60).tolist(), share)
        alarms.append(float(np.exp(-limit)))
    rank = int(61 * share)
    # It is a little less for the digits that the limit is rounded to.
    assert np.mean(alarms) == pytest.approx(rank / 61, rel=0.05)
    assert rank / 61 <= share
