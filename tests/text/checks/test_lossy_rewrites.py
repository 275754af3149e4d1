from voiceprep.quality.check import judge
from voiceprep.text.checks.lossy_rewrites import CHECK
from voiceprep.text.encode import encode


def test_usual_spellings_are_well():
    assert judge(CHECK, "a", encode("“Naïve” Müllers’ ﬁne café – 50 %.")).ok


def test_every_rewrite_is_counted_and_shown():
    finding = judge(CHECK, "a", encode("Say мир and €5, then €6."))
    assert not finding.ok
    assert finding.value == 3
    assert finding.advice == (
        "Cyrillic letters transliterated (мир -> mir), "
        f"'€' read as 'e' (€5, -> efive,; €6. -> esix.): {CHECK.advice}"
    )


def test_three_examples_of_a_rewrite_are_shown():
    finding = judge(CHECK, "a", encode("мир дом кот лес"))
    assert finding.advice.startswith(
        "Cyrillic letters transliterated (мир -> mir; дом -> dom; кот -> kot; …)"
    )
