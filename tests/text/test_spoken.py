import pytest

from voiceprep.text.encode import encode
from voiceprep.text.spoken import SpokenText, split_words

LEXICON = {"two": ("T", "UW1"), "cats": ("K", "AE1", "T", "S")}


def test_words_are_those_that_are_read():
    assert SpokenText(encode('Dr. Hale said: "2 primary-school cats!"')).words == (
        *("doctor", "hale", "said", "two", "primary", "school", "cats"),
    )


def test_sounds_in_braces_make_a_word():
    spoken = SpokenText(encode("two {K AE1 T S}"), lexicon=LEXICON)
    assert spoken.words == ("two", "{K AE1 T S}")
    assert spoken.phonemes == ("T", "UW1", "K", "AE1", "T", "S")


def test_phonemes_are_known_where_every_word_is():
    assert SpokenText(encode("2 cats."), lexicon=LEXICON).phonemes == (
        "T",
        "UW1",
        "K",
        "AE1",
        "T",
        "S",
    )
    assert SpokenText(encode("2 dogs."), lexicon=LEXICON).phonemes is None
    assert SpokenText(encode("2 cats.")).phonemes is None


def test_two_spellings_have_one_key():
    assert SpokenText(encode("Two  CATS!")).key == SpokenText(encode("2 cats")).key == "twocats"
    assert SpokenText(encode("...")).key == ""


@pytest.mark.parametrize("text", ["", " ", "—", '"..."', "…"])
def test_marks_alone_are_no_words(text):
    assert split_words(text) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("ñu", "nu"), ("ő", "ö"), ("е", "э"), ("ה", "ח"), ("ബ", "ഭ"), ("ക:", "ക"), ("ь", "ъ")],
)
def test_letters_that_are_read_alike_make_two_texts(one, other):
    assert SpokenText(encode(one)).key != SpokenText(encode(other)).key


@pytest.mark.parametrize(
    ("one", "other"), [("Ñu!", "ñu"), ("дом, ДОМ:", "Дом дом"), ("E\u0301", "é"), ("½ é", "1/2 é")]
)
def test_case_and_marks_make_no_other_text(one, other):
    assert SpokenText(encode(one)).key == SpokenText(encode(other)).key
