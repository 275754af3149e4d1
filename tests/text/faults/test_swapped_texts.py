import numpy as np
import pytest

from tests.text.made import made_texts
from voiceprep.text.faults.swapped_texts import FAULT, TOLERANCE, swap


@pytest.mark.parametrize("size", FAULT.sizes)
def test_a_tenth_of_the_texts_are_swapped_in_pairs_of_the_wanted_ratio(size):
    before = made_texts(100)
    after = swap(before, size, np.random.default_rng(0))
    changed = [id for id in before if after[id] != before[id]]
    assert len(changed) == 10
    assert sorted(after.values()) == sorted(before.values())
    for id in changed:
        ratio = max(len(before[id]), len(after[id])) / min(len(before[id]), len(after[id]))
        assert size / TOLERANCE <= ratio <= size * TOLERANCE


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"a": "one"},
        {"a": "", "b": " "},
        {"a": "one", "b": "two"},
        {"a": "ba", "b": "ba ba ba"},
        {"a": "a single word", "b": "a single room"},
    ],
)
def test_where_no_pair_fits_nothing_is_swapped(texts):
    assert swap(texts, 3.0, np.random.default_rng(0)) == texts
