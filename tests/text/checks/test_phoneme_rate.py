import pytest

from voiceprep.quality.check import judge
from voiceprep.text.checks.phoneme_rate import CHECK
from voiceprep.text.encode import encode
from voiceprep.text.spoken import SpokenText

LEXICON = {"cat": ("K", "AE1", "T")}


def test_the_rate_is_sounds_for_each_second_of_speech():
    assert judge(CHECK, "a", SpokenText(encode("Cat, cat!"), 0.5, LEXICON)).value == 12
    assert not judge(CHECK, "a", SpokenText(encode("cat " * 10), 1.0, LEXICON)).ok


@pytest.mark.parametrize(
    "spoken",
    [
        SpokenText(encode("a dog"), 0.5, LEXICON),
        SpokenText(encode("cat"), 0.5),
        SpokenText(encode("cat"), None, LEXICON),
        SpokenText(encode("cat"), 0, LEXICON),
    ],
)
def test_it_cannot_be_measured_without_all_sounds_and_a_time(spoken):
    assert judge(CHECK, "a", spoken) is None
