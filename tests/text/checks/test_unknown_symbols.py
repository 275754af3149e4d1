from voiceprep.quality.check import judge
from voiceprep.text.checks.unknown_symbols import CHECK
from voiceprep.text.encode import encode


def test_a_clean_text_is_well():
    finding = judge(CHECK, "a", encode("Plain words."))
    assert finding.ok
    assert (finding.value, finding.advice) == (0, "")


def test_every_character_without_a_symbol_is_counted_and_named():
    finding = judge(CHECK, "a", encode("Fifty % of # and #"))
    assert not finding.ok
    assert finding.value == 3
    assert finding.advice == f"no symbol for '%', '#' × 2: {CHECK.advice}"
