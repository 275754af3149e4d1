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
        "Cyrillic letters transliterated (мир -> mir), '€' read as 'e' (€5, -> efive,), "
        f"'€' read as 'e' (€6. -> esix.): {CHECK.advice}"
    )
