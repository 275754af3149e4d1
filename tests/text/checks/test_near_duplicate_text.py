from dataclasses import replace

import pytest

from tests.text.made import plain, said
from voiceprep.quality.check import Measurement, Undecided, judge_set
from voiceprep.text.checks.near_duplicate_text import CHECK, find_near
from voiceprep.text.encode import TextConfig
from voiceprep.text.frontends import make_frontend
from voiceprep.text.spoken import SpokenText

SENTENCE = "The printed letters of a good book should be beautiful."
OTHER = "Nobody knows where the old boat went after that storm."


@pytest.mark.parametrize("word", ["god", "goood", "gooe", "godo"])
def test_a_typing_error_in_a_copy_is_reported_at_both(word):
    text = SENTENCE.replace("good", word)
    findings = judge_set(CHECK, plain(SENTENCE, text, OTHER))
    assert findings["a"].value == findings["b"].value == pytest.approx(9 / 11)
    evidence = f"it shares 82 % of its words with b ({text!r}); under 70 % is usual"
    assert findings["a"].advice == f"{evidence}, and one letter is different: {CHECK.advice}"
    assert (findings["c"].value, findings["c"].ok) == (0, True)


def test_an_accent_that_is_missing_is_a_typing_error():
    findings = judge_set(
        CHECK,
        plain(
            "Su nueva contraseña es muy, muy larga hoy.",
            "Su nueva contrasena es muy, muy larga hoy.",
        ),
    )
    assert [finding.ok for finding in findings.values()] == [False, False]


@pytest.mark.parametrize("word", ["bad", "unprinted", "good old"])
def test_a_pair_that_may_be_meant_so_is_undecided(word):
    texts = said({"a": SENTENCE, "b": SENTENCE.replace("good", word), "c": OTHER}, spread=0.0)
    read = judge_set(CHECK, texts)
    assert isinstance(read["a"], Undecided)
    assert isinstance(read["b"], Undecided)
    assert read["a"].reason.endswith(" of its words with b, and both may be meant so")
    assert read["c"].ok


def test_two_words_of_the_language_that_differ_by_a_letter_are_no_typing_error():
    texts = {"a": SENTENCE, "b": SENTENCE.replace("book", "boot")}
    texts |= {"c": "This book was lost by somebody else again", "d": "His left boot never did fit"}
    read = judge_set(CHECK, said(texts, spread=0.0))
    assert isinstance(read["a"], Undecided)


@pytest.mark.parametrize("pace", [0.6, 1.5])
def test_a_clip_whose_length_does_not_fit_its_nearly_copied_text_is_reported(pace):
    texts = said({"a": SENTENCE, "b": SENTENCE.replace("good", "heavy")}, spread=0.0)
    texts["b"] = replace(texts["b"], seconds=texts["b"].seconds * pace)
    findings = judge_set(CHECK, texts)
    assert [finding.ok for finding in findings.values()] == [False, False]
    one, two = texts["a"].seconds, texts["b"].seconds
    assert f"and {one:.1f} and {two:.1f} s of speech do not fit both texts" in (
        findings["a"].advice
    )


def test_of_few_words_nothing_can_be_told():
    read = judge_set(CHECK, plain("Press one to delete.", "Press one to undelete.", "Yes."))
    assert set(read.values()) == {Undecided("its text has fewer than 6 different words")}


def test_a_fault_counts_more_than_a_doubt():
    texts = said(
        {
            "a": SENTENCE,
            "b": SENTENCE.replace("good", "heavy"),
            "c": SENTENCE.replace("book", "coat"),
        },
        spread=0.0,
    )
    texts["c"] = replace(texts["c"], seconds=9.0)
    read = judge_set(CHECK, texts)
    assert not read["c"].ok
    assert not read["a"].ok
    assert "with c (" in read["a"].advice


def test_the_same_text_is_for_another_check():
    findings = judge_set(CHECK, plain(SENTENCE, SENTENCE.upper()))
    assert [finding.value for finding in findings.values()] == [0, 0]


def test_the_most_alike_of_several_counts():
    one, two = SENTENCE.replace("good", "god"), SENTENCE.replace("good book", "god bok")
    assert "with b (" in judge_set(CHECK, plain(SENTENCE, one, two))["a"].advice


def test_texts_that_share_less_are_well():
    findings = judge_set(CHECK, plain(SENTENCE, SENTENCE.replace("good book", "new house")))
    assert [finding.ok for finding in findings.values()] == [True, True]
    assert findings["a"].value == pytest.approx(8 / 12)


def test_a_text_without_words_gets_no_measurement():
    assert judge_set(CHECK, plain("", "?")) == {}


def test_a_letter_by_itself_is_the_name_of_one_and_no_typing_error():
    signs = [f"This is the sign of the letter {letter} in sign language." for letter in "jw"]
    reading = judge_set(CHECK, plain(*signs, OTHER))["a"]
    assert isinstance(reading, Undecided)


def test_texts_without_spaces_are_compared_by_pairs_of_letters():
    texts = {
        "a": "昨日の午後は友達と一緒に図書館へ行きました。",
        "b": "昨日の午後は友達と一緒に図書館に行きました。",
        "c": "来週の会議の資料をもう一度確認してください。",
    }
    frontend = make_frontend(TextConfig(frontend="characters"), texts.values())
    spoken = {id: SpokenText(frontend.encode(text)) for id, text in texts.items()}
    found = find_near(spoken)
    assert isinstance(found["a"], Undecided)
    assert "b" in found["a"].reason
    assert found["c"] == Measurement(0.0)
