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


def test_a_word_that_loses_one_is_shown_and_an_invisible_one_named():
    finding = judge(CHECK, "a", encode("wait—now oh—no \u202c"))
    assert finding.advice == (
        "no symbol for '—' × 2 (wait—now -> waitnow), U+202C pop directional formatting: "
        f"{CHECK.advice}"
    )


def test_quotation_marks_are_well():
    assert judge(CHECK, "a", encode('He said: "No", and “yes”.')).ok
