import numpy as np
import pytest

from tests.text.made import made_texts
from voiceprep.text.faults.wrong_words import FAULT, list_words, mistake


@pytest.mark.parametrize("size", FAULT.sizes)
def test_a_tenth_of_the_texts_get_other_words_in_the_place_of_some(size):
    before = made_texts(100)
    after = mistake(before, size, np.random.default_rng(0))
    changed = [id for id in before if after[id] != before[id]]
    assert len(changed) == 10
    for id in changed:
        pairs = list(zip(before[id].split(), after[id].split(), strict=True))
        wrong = sum(one != other for one, other in pairs)
        assert wrong == max(round(size * len(pairs)), 1)


def test_one_word_alone_has_no_other():
    assert mistake({"a": "word"}, 1.0, np.random.default_rng(0)) == {"a": "word"}
    assert mistake({"a": "", "b": "-"}, 1.0, np.random.default_rng(0)) == {"a": "", "b": "-"}


def test_a_word_is_no_other_one_for_its_case_or_its_mark():
    assert list_words(["The book,", "the - book"]) == ["book", "the"]
