from voiceprep.check import Check, judge
from voiceprep.records import Finding

LENGTH = Check("length", "text", lambda text: (len(text), f"{text!r}"), 3, "letters", "shorten it")


def test_what_keeps_the_limit_is_well():
    assert judge(LENGTH, "a", "one") == Finding("a", "length", 3, "letters", True, "")


def test_what_exceeds_it_gets_the_evidence_and_the_advice():
    advice = "'four': shorten it"
    assert judge(LENGTH, "a", "four") == Finding("a", "length", 4, "letters", False, advice)
