import pytest

from voiceprep.text.cleaners import clean_english
from voiceprep.text.frontends.english.words import (
    clean_words,
    is_shouted,
    normalise,
    split_tokens,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dr. Hale of the FBI", "doctor Hale of the FBI"),
        ("at 3pm on the 1ST of 1990", "at three pm on the first of nineteen ninety"),
        ("a B52 in the 1990s", "a B fifty-two in the nineteen nineties"),
        ("wait—now… Café", "wait-now... Cafe"),
    ],
)
def test_a_text_is_put_in_words_with_its_capitals(text, words):
    assert normalise(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Lt. Drs. and St. Co., in 1,250 or $2.50",
        "The 22nd, 3.5 of 1000 'x' (y) -z?!",
        "ß Ü ½ \t",
    ],
)
def test_its_words_are_those_of_the_english_cleaners(text):
    assert clean_words(text) == clean_english(text)


def test_capitals_throughout_are_shouted_unless_there_is_one_word():
    assert is_shouted("GIVE US 2")
    assert not is_shouted("NASA")
    assert not is_shouted("the US")


@pytest.mark.parametrize(
    ("words", "tokens"),
    [
        ("'tis, o'er", ["'tis", ",", " ", "o'er"]),
        ("the U.S.A", ["the", " ", "U.S.A"]),
        ("the U.S.'s.", ["the", " ", "U.S.'s", "."]),
        ("end. I", ["end", ".", " ", "I"]),
        ("well-known-", ["well-known", "-"]),
    ],
)
def test_tokens_are_words_abbreviations_and_marks(words, tokens):
    assert split_tokens(words) == tokens
