import pytest

from voiceprep.quality.check import judge
from voiceprep.text.checks.speaking_rate import CHECK
from voiceprep.text.encode import encode
from voiceprep.text.spoken import SpokenText


def test_the_rate_is_symbols_for_each_second_of_speech():
    finding = judge(CHECK, "a", SpokenText(encode("Ten letter"), 0.5))
    assert (finding.value, finding.ok) == (20, True)


def test_faster_than_anybody_speaks_is_a_fault():
    finding = judge(CHECK, "a", SpokenText(encode("word " * 20), 1.5))
    assert not finding.ok
    evidence = "100 symbols in 1.5 s, 67/s; 23/s would be fast"
    assert finding.advice == f"{evidence}: {CHECK.advice}"


@pytest.mark.parametrize("seconds", [None, 0, -1.0])
def test_without_speech_there_is_no_rate(seconds):
    assert judge(CHECK, "a", SpokenText(encode("word"), seconds)) is None
