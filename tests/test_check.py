from dataclasses import replace

from voiceprep.check import Check, Reading, judge, judge_set
from voiceprep.records import Finding


def read_length(text):
    return Reading(len(text), f"{text!r}", ((0, 1),)) if text else None


LENGTH = Check("length", "text", read_length, 3, "letters", "shorten it")


def test_what_keeps_the_limit_is_well():
    assert judge(LENGTH, "a", "one") == Finding("a", "length", 3, "letters", True, "", ((0, 1),))


def test_what_exceeds_it_gets_the_evidence_and_the_advice():
    advice = "'four': shorten it"
    assert judge(LENGTH, "a", "four") == Finding(
        "a", "length", 4, "letters", False, advice, ((0, 1),)
    )


def test_too_little_can_be_worse():
    long = replace(LENGTH, worse="below", advice="lengthen it")
    assert [judge(long, "a", text).ok for text in ("on", "one", "four")] == [False, True, True]


def test_what_cannot_be_told_is_no_finding():
    assert judge(LENGTH, "a", "") is None


def test_of_a_set_each_thing_that_can_be_told_gets_a_finding():
    def read_lengths(texts):
        return {id: Reading(len(text)) for id, text in texts.items() if text}

    lengths = replace(LENGTH, reads="set", measure=read_lengths)
    findings = judge_set(lengths, {"a": "four", "b": "", "c": "one"})
    assert {id: finding.ok for id, finding in findings.items()} == {"a": False, "c": True}
    assert findings["a"].id == "a"
