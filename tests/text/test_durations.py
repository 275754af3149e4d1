import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.made import made_texts, said
from voiceprep.text.durations import MIN_TEXTS, OUTSIDE, fit_durations, fit_speaking_rate


def made_durations(count=200, seed=0, spread=0.235):
    random = np.random.default_rng(seed)
    counts = np.column_stack([random.integers(20, 160, count), random.integers(0, 4, count)])
    expected = 0.2 + 0.06 * counts[:, 0] + 0.4 * counts[:, 1]
    stray = np.exp(spread / np.sqrt(expected) * random.standard_normal(count))
    return counts.astype(float), expected, expected * stray


def test_what_a_text_takes_is_learnt():
    counts, expected, seconds = made_durations(2000, spread=0.1)
    assert fit_durations(counts, seconds).expected == pytest.approx(expected, rel=0.04)


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_it_is_learnt_though_many_clips_are_wrong(share):
    counts, expected, seconds = made_durations(2000)
    wrong = np.arange(round(share * len(seconds)))
    seconds[wrong] *= 3
    rate = fit_durations(counts, seconds)
    assert rate.expected == pytest.approx(expected, rel=0.1)
    assert rate.deviations[wrong].min() > 3.5


def test_deviations_are_those_of_the_good_clips():
    counts, _, seconds = made_durations(2000)
    rate = fit_durations(counts, seconds)
    assert rate.deviations.std() == pytest.approx(1, abs=0.05)
    assert np.mean(rate.p_values < 0.05) == pytest.approx(0.05, abs=0.02)


def test_a_stated_number_of_clips_is_expected_outside_the_usual_seconds():
    counts, _, seconds = made_durations(200)
    rate = fit_durations(counts, seconds)
    outside = (seconds < rate.low) | (seconds > rate.high)
    assert list(outside) == list(rate.p_values * len(seconds) < OUTSIDE)
    assert np.all((rate.low < rate.expected) & (rate.expected < rate.high))


def test_a_long_text_tells_and_a_short_one_does_not():
    counts, expected, seconds = made_durations(300, spread=0.3)
    rate = fit_durations(counts, seconds)
    assert rate.telling[expected > 6].all()
    assert not rate.telling[expected < 2].any()
    doubled = np.log(2) - np.log(rate.high / rate.expected)
    assert np.all(doubled[rate.telling] > 0)


def test_the_pace_of_a_whole_clip_varies_too():
    random = np.random.default_rng(0)
    counts, expected, seconds = made_durations(300)
    counts[:2], expected[:2] = (1000, 0), 60.2
    seconds[:2] = expected[:2] * np.exp(0.13 * random.choice([-1, 1], 2))
    assert np.all(np.abs(fit_durations(counts, seconds).deviations[:2]) < 3)


def test_longer_is_above_zero_and_twice_and_half_are_as_far_off():
    counts, expected, seconds = made_durations(500)
    counts[1] = counts[0]
    seconds[:2] = 2 * expected[0], expected[0] / 2
    longer, shorter = fit_durations(counts, seconds).deviations[:2]
    assert longer > 5
    assert longer == pytest.approx(-shorter, rel=0.1)


def test_pauses_inside_a_text_take_time_and_the_mark_at_its_end_does_not():
    spoken = list(said(made_texts(100), spread=0.1).values())
    rate = fit_speaking_rate(spoken, [text.seconds for text in spoken])
    assert np.abs(rate.deviations).max() < 5


def test_few_clips_and_clips_without_any_spread_teach_nothing():
    few = list(said(made_texts(MIN_TEXTS - 1)).values())
    assert fit_speaking_rate(few, [text.seconds for text in few]) is None
    counts, _, _ = made_durations(30)
    assert fit_durations(counts, counts[:, 0] * 0.06) is None


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 300), st.integers(0, 9), st.floats(0.01, 1000)),
        min_size=MIN_TEXTS,
        max_size=30,
    )
)
def test_any_set_is_judged(rows):
    table = np.array(rows)
    rate = fit_durations(table[:, :2], table[:, 2])
    if rate is not None:
        assert np.all(np.isfinite(rate.deviations))
        assert np.all((rate.p_values >= 0) & (rate.p_values <= 1))
        assert np.all(rate.expected > 0)


def test_clips_that_agree_by_chance_flag_no_other():
    seconds = np.array([2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 4.6])
    counts = np.column_stack([15 * seconds, np.zeros(len(seconds))])
    random = np.random.default_rng(0)
    seconds *= np.exp(0.001 * random.standard_normal(len(seconds)))
    seconds[-1] = 4.6 * 1.1
    rate = fit_durations(counts, seconds)
    assert abs(rate.deviations[-1]) < 2
