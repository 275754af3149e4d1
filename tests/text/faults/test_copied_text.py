import numpy as np
import pytest

from tests.text.made import made_texts, said
from voiceprep.quality.check import judge_set
from voiceprep.text.checks.duplicate_text import CHECK as DUPLICATE
from voiceprep.text.checks.near_duplicate_text import CHECK as NEAR
from voiceprep.text.faults.copied_text import copy, copy_plain


def copied(size):
    before = made_texts(100)
    after = copy(before, size, np.random.default_rng(0))
    return said(after), {id for id in before if after[id] != before[id]}


def named(check, spoken):
    return {id for id, finding in judge_set(check, spoken).items() if not finding.ok}


def test_a_tenth_of_the_clips_get_the_text_of_one_that_keeps_its_own():
    spoken, changed = copied(1.0)
    assert len(changed) == 10
    assert changed < named(DUPLICATE, spoken)
    assert len(named(DUPLICATE, spoken)) <= 20


def test_a_copy_with_another_word_is_no_duplicate_but_near_to_one():
    spoken, changed = copied(0.95)
    assert not changed & named(DUPLICATE, spoken)
    assert len(changed & named(NEAR, spoken)) >= 8


@pytest.mark.parametrize("texts", [{}, {"a": "one"}, {"a": ""}])
def test_where_there_is_no_other_text_nothing_is_copied(texts):
    assert copy(texts, 1.0, np.random.default_rng(0)) == texts


@pytest.mark.parametrize("size", [0.0, 0.5, 1.0])
def test_a_copy_without_its_marks_is_a_duplicate_all_the_same(size):
    before = {id: f"{text} - Really?" for id, text in made_texts(100).items()}
    after = copy_plain(before, size, np.random.default_rng(0))
    changed = {id for id in before if after[id] != before[id]}
    assert len(changed) == 10
    assert changed < named(DUPLICATE, said(after))
    marks = sum(sign in "-?.," for id in changed for sign in after[id])
    assert (marks > 0) == (size < 1)
