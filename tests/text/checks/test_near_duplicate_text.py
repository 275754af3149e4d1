import pytest

from tests.text.made import plain
from voiceprep.check import judge_set
from voiceprep.text.checks.near_duplicate_text import CHECK

SENTENCE = "The printed letters of a good book should be beautiful."


def test_a_slip_in_a_copy_is_told_at_both():
    findings = judge_set(CHECK, plain(SENTENCE, SENTENCE.replace("good", "god"), "No, no."))
    assert findings["a"].value == findings["b"].value == pytest.approx(9 / 11)
    assert "much as b: 'The printed letters of a god book" in findings["a"].advice
    assert (findings["c"].value, findings["c"].ok) == (0, True)


def test_the_same_text_is_for_another_check():
    findings = judge_set(CHECK, plain(SENTENCE, SENTENCE.upper()))
    assert [finding.value for finding in findings.values()] == [0, 0]


def test_the_most_alike_of_several_counts():
    one, two = SENTENCE.replace("good", "god"), SENTENCE.replace("good book", "god bok")
    assert "much as b" in judge_set(CHECK, plain(SENTENCE, one, two))["a"].advice


def test_a_text_without_words_gets_no_reading():
    assert judge_set(CHECK, plain("", "?")) == {}
