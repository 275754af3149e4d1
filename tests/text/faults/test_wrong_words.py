import numpy as np
import pytest

from tests.text.made import made_texts
from voiceprep.text.faults.wrong_words import FAULT, draw_ids, list_words, substitute_words


@pytest.mark.parametrize("size", FAULT.sizes)
def test_a_tenth_of_the_texts_get_other_words_in_the_place_of_some(size):
    before = made_texts(100)
    after = substitute_words(before, size, np.random.default_rng(0))
    changed = [id for id in before if after[id] != before[id]]
    assert len(changed) == 10
    for id in changed:
        pairs = list(zip(before[id].split(), after[id].split(), strict=True))
        wrong = sum(one != other for one, other in pairs)
        assert wrong == max(round(size * len(pairs)), 1)


def test_one_word_alone_has_no_other():
    assert substitute_words({"a": "word"}, 1.0, np.random.default_rng(0)) == {"a": "word"}
    assert substitute_words({"a": "", "b": "-"}, 1.0, np.random.default_rng(0)) == {
        "a": "",
        "b": "-",
    }


def test_a_word_is_no_other_one_for_its_case_or_its_mark():
    assert list_words(["The book,", "the - book"]) == ["book", "the"]


def test_one_in_ten_is_drawn_one_at_least():
    random = np.random.default_rng(0)
    counts = [len(draw_ids(map(str, range(n)), random)) for n in (0, 1, 9, 23, 200)]
    assert counts == [0, 1, 1, 2, 20]


def test_the_order_of_the_ids_does_not_change_the_draw():
    ids = list(map(str, range(50)))
    drawn = [draw_ids(order, np.random.default_rng(5)) for order in (ids, ids[::-1])]
    assert drawn[0] == drawn[1]
