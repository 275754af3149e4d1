import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from voiceprep.quality.proportion import wilson


@given(total=st.integers(1, 500), share=st.floats(0, 1))
def test_wilsons_interval_is_that_of_the_library(total, share):
    count = round(share * total)
    wanted = stats.binomtest(count, total).proportion_ci(method="wilson")
    found = wilson(count, total)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=1e-9)
    assert found.low <= found.rate <= found.high


def test_wilsons_interval_has_its_published_values():
    # Newcombe 1998, Statistics in Medicine 17:857, table I.
    for count, total, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        found = wilson(count, total)
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_nothing_is_known_of_no_runs_and_more_than_all_cannot_fail():
    assert (wilson(0, 0).rate, wilson(0, 0).low, wilson(0, 0).high) == (0, 0, 1)
    with pytest.raises(ValueError, match="5 of 4"):
        wilson(5, 4)
