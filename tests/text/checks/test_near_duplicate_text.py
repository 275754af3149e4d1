import pytest

from tests.text.made import plain
from voiceprep.quality.check import judge_set
from voiceprep.text.checks.near_duplicate_text import CHECK

SENTENCE = "The printed letters of a good book should be beautiful."


def test_a_typing_error_in_a_copy_is_reported_at_both():
    findings = judge_set(CHECK, plain(SENTENCE, SENTENCE.replace("good", "god"), "No, no."))
    assert findings["a"].value == findings["b"].value == pytest.approx(9 / 11)
    text = "The printed letters of a god book should be beautiful."
    evidence = f"it shares 82 % of its words with b ({text!r}); under 70 % is usual"
    assert findings["a"].advice == f"{evidence}: {CHECK.advice}"
    assert (findings["c"].value, findings["c"].ok) == (0, True)


def test_the_same_text_is_for_another_check():
    findings = judge_set(CHECK, plain(SENTENCE, SENTENCE.upper()))
    assert [finding.value for finding in findings.values()] == [0, 0]


def test_the_most_alike_of_several_counts():
    one, two = SENTENCE.replace("good", "god"), SENTENCE.replace("good book", "god bok")
    assert "with b (" in judge_set(CHECK, plain(SENTENCE, one, two))["a"].advice


def test_a_text_without_words_gets_no_measurement():
    assert judge_set(CHECK, plain("", "?")) == {}
