from math import isinf

import pytest

from benchmarks.letter_rules import align, edits, errors, learn, make_rules, with_r

COSTS = {
    "a": {("AE",): 1.0, (): 2.0},
    "x": {("K", "S"): 0.5},
    "h": {(): 1.0, ("SH",): 3.0},
    "s": {("S",): 0.5, ("SH",): 1.0},
}


@pytest.mark.parametrize(
    ("word", "sounds", "numbers"),
    [("ax", "AE K S", [1, 2]), ("sha", "SH AE", [1, 0, 1]), ("a", "AE K S", [])],
)
def test_letters_are_aligned_with_the_phonemes_they_stand_for(word, sounds, numbers):
    found, cost = align(word, tuple(sounds.split()), COSTS)
    assert found == numbers
    assert isinf(cost) == (not numbers)


def test_a_longer_rule_is_made_where_it_sets_two_words_right():
    cases = [("#ab#", 1, "AE1")] * 3 + [("#ac#", 1, "EY1")] * 2 + [("#ad#", 1, "AA1")]
    assert list(make_rules(cases)) == ["[a] AE1", "[a]c EY1"]


def test_rules_are_learned_from_words_alone():
    words = {word: tuple(word.upper()) for word in ("ba", "ab", "bab", "aba", "abba", "baab")}
    assert learn(words) == ["[a] A", "[b] B"]


def test_errors_are_counted_by_phoneme_and_by_word():
    truth = {"a": ("AE1", "B"), "b": ("B", "AA1")}
    assert edits(("AE1", "B"), ("B", "AA1", "K")) == 3
    read = dict.fromkeys(truth, ("AE1", "B"))
    assert errors(read.__getitem__, truth) == (0.5, 0.5)


def test_the_letter_r_stands_for_its_own_sound_beside_er():
    assert with_r(("B", "ER1", "D")) == ("B", "ER1", "R", "D")
