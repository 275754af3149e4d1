from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.made import plain
from voiceprep.text.encode import encode
from voiceprep.text.similar import find_similar
from voiceprep.text.spoken import SpokenText


def test_the_share_of_common_words_is_reported():
    found = list(find_similar(plain("the old cat sat", "The old cat slept.", "no dogs"), 0.5))
    assert found == [("a", "b", pytest.approx(3 / 5))]


def test_texts_without_words_are_like_nothing():
    assert list(find_similar(plain("", "...", "?"), 0.1)) == []


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=7), max_size=9),
    st.sampled_from([0.2, 0.5, 0.6, 2 / 3, 0.8, 1.0]),
)
def test_no_pair_is_missed_and_none_is_found_twice(sentences, least):
    texts = {f"{n}": SpokenText(encode(" ".join(words))) for n, words in enumerate(sentences)}
    sets = {id: set(text.words) for id, text in texts.items()}
    wanted = {
        frozenset(pair)
        for pair in combinations(sets, 2)
        if (either := sets[pair[0]] | sets[pair[1]])
        and len(sets[pair[0]] & sets[pair[1]]) / len(either) >= least
    }
    found = [frozenset(pair[:2]) for pair in find_similar(texts, least)]
    assert len(found) == len(set(found))
    assert set(found) == wanted
