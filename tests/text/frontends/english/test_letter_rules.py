import pytest

from voiceprep.text.arpabet import ARPABET
from voiceprep.text.frontends.english.letter_rules import apply_rules, load_rules

RULES = {
    "[a]": "AE1",
    "b[a]t#": "EY1",
    "[b]": "B",
    "#[b]a": "P",
    "[e]": "EH2",
    "[y]": "AY1",
    "t[y]t": "",
    "[i]": "IH1",
    "#[i]t": "AH0",
    "[o]": "OW0",
    "[r]": "R",
    "[t]": "T",
    "[u]": "ER0",
    "[x]": "K S",
}


@pytest.mark.parametrize(
    ("word", "sounds"),
    [("tab", "T AE1 B"), ("bat", "P EY1 T"), ("atx", "AE1 T K S"), ("tt", "T T"), ("?", "")],
)
def test_the_rule_with_the_longest_context_counts(word, sounds):
    assert apply_rules(word, RULES) == tuple(sounds.split())


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("tata", "T AE1 T AE2"),
        ("tote", "T OW0 T EH1"),
        ("toto", "T OW1 T OW0"),
        ("ito", "AH0 T OW1"),
        ("itt", "IH1 T T"),
        ("tut", "T ER1 T"),
        ("tyt", "T AY1 T"),
        ("tyta", "T T AE1"),
    ],
)
def test_a_word_has_one_primary_stress(word, sounds):
    assert apply_rules(word, RULES) == tuple(sounds.split())


def test_the_r_of_a_vowel_with_r_is_one_sound_with_it():
    assert apply_rules("turr", RULES) == ("T", "ER1", "R")
    assert apply_rules("tar", RULES) == ("T", "AE1", "R")


def test_every_letter_has_a_rule_and_every_rule_gives_phonemes():
    rules = load_rules()
    assert {f"[{letter}]" for letter in "abcdefghijklmnopqrstuvwxyz"} <= {*rules}
    assert {sound for sounds in rules.values() for sound in sounds.split()} <= {*ARPABET}


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("snape", "S N EY1 P"),
        ("snap", "S N AE1 P"),
        ("thrish", "TH R IH1 SH"),
        ("phlock", "F L AA1 K"),
        ("glation", "G L EY1 SH AH0 N"),
    ],
)
def test_invented_words_read_as_english_spells(word, sounds):
    assert " ".join(apply_rules(word)) == sounds
