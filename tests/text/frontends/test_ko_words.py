"""Words that are respelt; the pronunciation that follows from that is tested in test_ko_rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.text.frontends.ko_words import respell

HANGUL = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3) | st.just(" "))


@pytest.mark.parametrize(
    ("written", "respelt"),
    [
        ("발전이 빠르다", "발쩐이 빠르다"),
        ("겉옷을 벗다", "거돋을 벗다"),
        ("디귿이", "디긋이"),
        # At the start of a word only: 물가 lies within 건물가격.
        ("건물가격", "건물가격"),
        ("나무 위에", "나무 위에"),
    ],
)
def test_a_listed_word_is_respelt_where_it_is_that_word(written, respelt):
    assert respell(written) == respelt


@given(HANGUL)
def test_words_keep_their_number_and_what_is_no_hangul_stays(text):
    assert len(respell(text).split(" ")) == len(text.split(" "))
    assert respell("abc 123, ?!") == "abc 123, ?!"
