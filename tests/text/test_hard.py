"""Hard sentences, and every sentence with every end."""

import pytest

from voiceprep.text.cleaners import CLEANERS
from voiceprep.text.encode import encode
from voiceprep.text.hard import ENDINGS, HARD, end_with, ending_of, hard_sentences


def test_every_hard_sentence_has_an_id_and_can_be_read():
    sentences = hard_sentences()
    assert len(sentences) == sum(map(len, HARD.values())) == len(set(sentences.values()))
    assert sentences["repeated-1"].startswith("no no no")
    for text in sentences.values():
        encoding = encode(text, "english_cleaners")
        assert encoding.ids
        assert not encoding.unknown
    assert "english_cleaners" in CLEANERS


def test_single_letters_and_over_300_signs_are_among_them():
    lengths = [len(text) for text in hard_sentences().values()]
    assert min(lengths) == 1
    assert max(lengths) > 300


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_sentence_gets_the_requested_ending(ending):
    for text in ("So it is", "So it is.", "So it is?! "):
        assert end_with(text, ending) == "So it is" + ending
    assert ending_of(end_with("So it is", ending)) == ending


def test_a_sentence_that_ends_in_a_letter_ends_in_nothing():
    assert ending_of("so") == ending_of("so,") == ending_of("") == ""
