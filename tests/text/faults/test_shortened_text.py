import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.made import made_texts
from voiceprep.text.faults.shortened_text import FAULT, shorten


@pytest.mark.parametrize("size", FAULT.sizes)
def test_a_tenth_of_the_texts_lose_their_end(size):
    before = made_texts(100)
    after = shorten(before, size, np.random.default_rng(0))
    changed = [id for id in before if after[id] != before[id]]
    assert len(changed) == 10
    for id in changed:
        words = before[id].split()
        assert before[id].startswith(after[id])
        assert len(after[id].split()) == pytest.approx(len(words) * (1 - size), abs=0.51)


def test_the_same_chance_gives_the_same_fault():
    texts = made_texts(20)
    made = [shorten(texts, 0.5, np.random.default_rng(3)) for _ in range(2)]
    assert made[0] == made[1]


@given(st.dictionaries(st.text(min_size=1), st.text(max_size=30), max_size=5), st.floats(0, 1))
def test_every_clip_keeps_a_text_where_it_had_one(texts, size):
    after = shorten(texts, size, np.random.default_rng(0))
    assert after.keys() == texts.keys()
    assert all(after[id].split() or not text.split() for id, text in texts.items())
