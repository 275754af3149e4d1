from dataclasses import replace

import numpy as np
import pytest

from tests.text.made import made_texts, said
from voiceprep.quality.check import judge_set
from voiceprep.records import Finding
from voiceprep.text.checks.duplicate_text import CHECK as DUPLICATE
from voiceprep.text.checks.near_duplicate_text import CHECK as NEAR
from voiceprep.text.encode import encode
from voiceprep.text.faults.copied_text import copy, copy_plain


def copied(size):
    before = made_texts(100)
    after = copy(before, size, np.random.default_rng(0))
    # The clips say what they said before.
    spoken = {id: replace(one, encoding=encode(after[id])) for id, one in said(before).items()}
    return spoken, {id for id in before if after[id] != before[id]}


def named(check, spoken):
    read = judge_set(check, spoken).items()
    return {id for id, one in read if isinstance(one, Finding) and not one.ok}


def test_a_tenth_of_the_clips_get_the_text_of_one_that_keeps_its_own():
    spoken, changed = copied(1.0)
    assert len(changed) == 10
    assert changed < named(DUPLICATE, spoken)
    assert len(named(DUPLICATE, spoken)) <= 20


def test_a_copy_with_another_word_is_no_duplicate_but_near_to_one():
    spoken, changed = copied(0.95)
    assert not changed & named(DUPLICATE, spoken)
    read = judge_set(NEAR, spoken)
    told = {id for id in changed if isinstance(read[id], Finding)}
    assert len(told) >= 6
    assert len(told & named(NEAR, spoken)) >= len(told) - 1


@pytest.mark.parametrize("texts", [{}, {"a": "one"}, {"a": ""}])
def test_where_there_is_no_other_text_nothing_is_copied(texts):
    assert copy(texts, 1.0, np.random.default_rng(0)) == texts


def test_a_word_for_another_in_a_text_of_few_makes_no_near_copy():
    words = {f"{n}": word for n, word in enumerate(["one", "two", "three", "four", "five", "six"])}
    assert copy(words, 0.9, np.random.default_rng(0)) == words
    long = words | {f"long{n}": "she sells many shells by the shore" for n in range(9)}
    before, after = set(long.values()), copy(long, 0.9, np.random.default_rng(0))
    near = {text for text in after.values() if text not in before}
    assert near
    assert all(len(text.split()) == 7 for text in near)


@pytest.mark.parametrize("size", [0.0, 0.5, 1.0])
def test_a_copy_without_its_marks_is_a_duplicate_all_the_same(size):
    before = {id: f"{text} - Really?" for id, text in made_texts(100).items()}
    after = copy_plain(before, size, np.random.default_rng(0))
    changed = {id for id in before if after[id] != before[id]}
    assert len(changed) == 10
    assert changed < named(DUPLICATE, said(after))
    marks = sum(sign in "-?.," for id in changed for sign in after[id])
    assert (marks > 0) == (size < 1)


def test_the_vowel_signs_of_a_script_are_no_marks():
    before = {f"{n}": text for n, text in enumerate(["नमस्ते, कैसे हो?", "आज मौसम अच्छा है।"] * 5)}
    after = copy_plain(before, 1.0, np.random.default_rng(0))
    changed = {id for id in before if after[id] != before[id]}
    assert {after[id] for id in changed} <= {"नमस्ते कैसे हो", "आज मौसम अच्छा है"}
    assert changed
