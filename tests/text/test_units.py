import pytest

from voiceprep.text.encode import Encoding, TextConfig, encode
from voiceprep.text.frontends import make_frontend
from voiceprep.text.spoken import SpokenText
from voiceprep.text.units import UNITS

LEXICON = {"a": ("AH0",), "cat": ("K", "AE1", "T"), "sat": ("S", "AE1", "T")}


def units(text, kind):
    return UNITS[kind](SpokenText(encode(text), lexicon=LEXICON))


def test_symbols_are_those_that_are_read_without_spaces():
    assert units("A cat!", "symbols") == ("a", "c", "a", "t", "!")


def test_letter_pairs_stay_in_their_word():
    assert units("A cat, don't", "letter_pairs") == ("ca", "at", "do", "on")
    assert units("{K AE1 T}", "letter_pairs") == ()


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Ça va, élève", "Ça va él lè èv ve"),
        ("Да, это", "Да эт то"),
        ("水を飲む。", "水を を飲 飲む"),
        ("שלום!", "של לו ום"),
        ("हिंदी", "हि िं ंद दी"),
    ],
)
def test_pairs_are_those_of_the_front_end_in_any_script(text, pairs):
    config = TextConfig(frontend="characters")
    spoken = SpokenText(make_frontend(config, [text]).encode(text))
    assert UNITS["letter_pairs"](spoken) == tuple(pairs.split())


def test_a_pair_of_longer_symbols_shows_where_they_meet():
    encoding = Encoding("きゃく", "きゃく", ("ky", "a", "k", "u"), (1, 2, 3, 4), ())
    assert UNITS["letter_pairs"](SpokenText(encoding)) == ("ky-a", "ak", "ku")


def test_phonemes_that_a_front_end_reads_need_no_lexicon():
    encoding = Encoding("a cat.", "a cat.", ("@AH0", " ", "@K", "@AE1", "@T", "."), (1,) * 6, ())
    assert UNITS["phonemes"](SpokenText(encoding)) == ("AH", "K", "AE", "T")
    assert UNITS["letter_pairs"](SpokenText(encoding)) == ()
    assert UNITS["phonemes"](SpokenText(encode("a {K AE1 T}"))) is None


def test_diphones_go_from_word_to_word_without_stress():
    assert units("A cat", "diphones") == ("AH-K", "K-AE", "AE-T")
    assert units("A cat", "phonemes") == ("AH", "K", "AE", "T")


def test_sounds_of_an_unknown_word_cannot_be_measured():
    assert units("A dog", "diphones") is units("A dog", "phonemes") is None
