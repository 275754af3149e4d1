import pytest

from voiceprep.quality.check import Undecided, judge_set
from voiceprep.text.checks.speaking_rate import CHECK
from voiceprep.text.durations import MIN_TEXTS
from voiceprep.text.encode import encode
from voiceprep.text.spoken import SpokenText


def judge(text, seconds, rate=0.0):
    """What is found in a clip, among others of this rate if one is given."""
    usual = SpokenText(encode("word " * 20), 100 / rate if rate else 1.0)
    others = {str(n): usual for n in range(MIN_TEXTS * 2)}
    clips = {"a": SpokenText(encode(text), seconds)}
    return judge_set(CHECK, clips | (others if rate else {})).get("a")


def test_the_rate_is_symbols_for_each_second_of_speech():
    finding = judge("Ten letter", 0.5)
    assert (finding.value, finding.ok) == (20, True)


def test_faster_than_anybody_speaks_is_a_fault():
    finding = judge("word " * 20, 1.5)
    assert not finding.ok
    evidence = "100 symbols in 1.5 s, 67/s; 23/s would be fast"
    assert finding.advice == f"{evidence}: {CHECK.advice}"


@pytest.mark.parametrize(("seconds", "flagged"), [(2.0, True), (3.0, False)])
def test_where_the_voice_has_many_symbols_a_second_the_limit_says_less(seconds, flagged):
    finding = judge("word " * 20, seconds, rate=24)
    assert isinstance(finding, Undecided) != flagged
    assert not flagged or not finding.ok


@pytest.mark.parametrize("seconds", [None, 0, -1.0])
def test_without_speech_there_is_no_rate(seconds):
    assert judge("word", seconds) is None
