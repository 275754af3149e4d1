from voiceprep.text.encode import encode
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


def test_diphones_go_from_word_to_word_without_stress():
    assert units("A cat", "diphones") == ("AH-K", "K-AE", "AE-T")
    assert units("A cat", "phonemes") == ("AH", "K", "AE", "T")


def test_sounds_of_an_unknown_word_cannot_be_measured():
    assert units("A dog", "diphones") is units("A dog", "phonemes") is None
