import pytest

from voiceprep.quality.check import judge
from voiceprep.text.checks.empty_text import CHECK
from voiceprep.text.encode import encode


def test_letters_and_sounds_are_counted():
    assert judge(CHECK, "a", encode("A cat!")).value == 4
    assert judge(CHECK, "a", encode("{K AE1 T}")).value == 3
    assert judge(CHECK, "a", encode("7")).ok


@pytest.mark.parametrize("text", ["", "  ", "...", "♪ ♪", "{}", "?!"])
def test_a_text_in_which_nothing_is_said_is_a_fault(text):
    finding = judge(CHECK, "a", encode(text))
    assert not finding.ok
    assert finding.advice == f"no letter or phoneme in the text {text!r}: {CHECK.advice}"


def test_letters_without_a_symbol_are_named():
    finding = judge(CHECK, "a", encode("Ь!"))
    assert not finding.ok
    assert finding.advice == f"no letter of the text 'Ь!' has a symbol: {CHECK.advice}"
