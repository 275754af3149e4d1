import pytest

from voiceprep.check import judge
from voiceprep.text.checks.phoneme_rate import CHECK
from voiceprep.text.encode import encode
from voiceprep.text.spoken import Spoken

LEXICON = {"cat": ("K", "AE1", "T")}


def test_the_rate_is_sounds_for_each_second_of_speech():
    assert judge(CHECK, "a", Spoken(encode("Cat, cat!"), 0.5, LEXICON)).value == 12
    assert not judge(CHECK, "a", Spoken(encode("cat " * 10), 1.0, LEXICON)).ok


@pytest.mark.parametrize(
    "spoken",
    [
        Spoken(encode("a dog"), 0.5, LEXICON),
        Spoken(encode("cat"), 0.5),
        Spoken(encode("cat"), None, LEXICON),
        Spoken(encode("cat"), 0, LEXICON),
    ],
)
def test_it_cannot_be_told_without_all_sounds_and_a_time(spoken):
    assert judge(CHECK, "a", spoken) is None
