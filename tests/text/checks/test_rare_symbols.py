from dataclasses import replace
from math import isinf

from tests.text.made import plain
from voiceprep.quality.check import judge_set
from voiceprep.text.checks.rare_symbols import CHECK, find_rare


def test_the_rarest_symbol_of_a_clip_counts_and_is_no_fault():
    texts = plain(*["at tea"] * 7, "at tea!", "a tea; at", "at; tea")
    measurements = find_rare(texts)
    assert [measurements[id].value for id in "ahij"] == [10, 1, 2, 2]
    assert measurements["h"].evidence == "'!' is in this clip only"
    assert measurements["i"].evidence == "';' is in 2 clips"
    assert measurements["a"].evidence == ""
    assert all(finding.ok for finding in judge_set(CHECK, texts).values())


def test_it_has_no_limit_until_it_is_given_one():
    texts = plain(*["at tea"] * 7, "at tea!")
    assert isinf(CHECK.limit)
    found = judge_set(replace(CHECK, limit=2), texts)
    assert [id for id, finding in found.items() if not finding.ok] == ["h"]


def test_of_many_some_are_shown():
    assert find_rare(plain("abcdefgh"))["a"].evidence.endswith("'e' is in this clip only, …")


def test_a_text_without_symbols_gets_no_measurement():
    assert find_rare(plain("", "♪")) == {}
