from tests.text.made import plain
from voiceprep.quality.check import judge_set
from voiceprep.text.checks.duplicate_text import CHECK, find_duplicates


def test_texts_that_are_read_alike_are_duplicates():
    findings = judge_set(CHECK, plain("Two cats.", "2  CATS", "Two dogs."))
    assert {id: finding.value for id, finding in findings.items()} == {"a": 1, "b": 1, "c": 0}
    assert findings["c"].ok
    assert (
        findings["a"].advice == f"the same text as b; a text is usually read once: {CHECK.advice}"
    )


def test_of_many_holders_some_are_shown():
    assert (
        find_duplicates(plain(*["Yes."] * 5))["a"].evidence
        == "the same text as b, c, d, …; a text is usually read once"
    )


def test_texts_in_which_nothing_is_said_are_no_duplicates():
    assert find_duplicates(plain("", "...", "...")) == {}


def test_letters_that_a_cleaner_makes_one_are_different_texts():
    findings = judge_set(CHECK, plain("Ñu", "nu", "ñu.", "э", "е"))
    assert {id for id, finding in findings.items() if not finding.ok} == {"a", "c"}
