from dataclasses import replace

from voiceprep.quality.check import (
    Check,
    Measurement,
    Undecided,
    count_kinds,
    evidence_of,
    judge,
    judge_set,
)
from voiceprep.records import Finding


def read_length(text):
    return Measurement(len(text), f"{text!r}", ((0, 1),)) if text else None


LENGTH = Check("length", "text", read_length, 3, "letters", "shorten it")


def test_what_keeps_the_limit_is_well():
    assert judge(LENGTH, "a", "one") == Finding("a", "length", 3, "letters", True, "", ((0, 1),))


def test_what_exceeds_it_gets_the_evidence_and_the_advice():
    advice = "'four': shorten it"
    assert judge(LENGTH, "a", "four") == Finding(
        "a", "length", 4, "letters", False, advice, ((0, 1),)
    )


def test_what_is_usual_follows_the_limit_that_the_check_has():
    usual = replace(LENGTH, usual="{limit:g} letters at most are usual")
    assert judge(usual, "a", "four").advice == "'four', 3 letters at most are usual: shorten it"
    assert judge(replace(usual, limit=2), "a", "one").advice.startswith("'one', 2 letters at most")


def test_the_evidence_is_the_sentence_without_the_advice_or_the_advice_alone():
    finding = judge(LENGTH, "a", "four")
    assert evidence_of(finding, LENGTH) == "'four'"
    assert evidence_of(replace(finding, advice="shorten it"), LENGTH) == "shorten it"


def test_too_little_can_be_worse():
    long = replace(LENGTH, worse="below", advice="lengthen it")
    assert [judge(long, "a", text).ok for text in ("on", "one", "four")] == [False, True, True]


def test_nothing_to_judge_is_no_finding():
    assert judge(LENGTH, "a", "") is None


def test_what_cannot_be_told_is_undecided_whatever_the_limit():
    reason = Undecided("it has no spaces")
    unsure = replace(LENGTH, measure=lambda _: reason)
    assert judge(unsure, "a", "four") == reason


def read_twins(kept):
    """How many others are of the same length."""
    return {
        id: Measurement(list(kept.values()).count(length) - 1, f"as long as {length}")
        for id, length in kept.items()
    }


def test_a_check_of_the_set_is_given_what_was_kept_and_leaves_out_what_gave_nothing():
    twins = Check("twins", "set", read_twins, 0, "others", "keep one", keep=len)
    kept = {id: twins.keep(text) for id, text in {"a": "one", "b": "two", "c": "four"}.items()}
    findings = judge_set(twins, kept | {"d": None})
    assert {id: finding.ok for id, finding in findings.items()} == {
        "a": False,
        "b": False,
        "c": True,
    }
    assert findings["a"].id == "a"
    assert findings["a"].advice == "as long as 3: keep one"


def test_what_cannot_be_kept_for_the_set_is_undecided_and_not_compared():
    twins = Check("twins", "set", read_twins, 0, "others", "keep one", keep=len)
    findings = judge_set(twins, {"a": 3, "b": Undecided("it is nothing")})
    assert findings["a"].ok
    assert findings["b"] == Undecided("it is nothing")


def test_what_was_kept_may_still_be_undecided_in_the_set():
    few = Check("few", "set", lambda kept: dict.fromkeys(kept, Undecided("few clips")), 0, "", "")
    assert judge_set(few, {"a": 3}) == {"a": Undecided("few clips")}


def test_sentences_that_differ_in_their_numbers_alone_are_counted_as_the_first():
    sentences = ["it rings", "it lasts 0.2 s", "it lasts 0,31 s"]
    assert count_kinds(sentences) == [("it lasts 0.2 s", 2), ("it rings", 1)]
    assert count_kinds([]) == []
