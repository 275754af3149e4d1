import pytest

from voiceprep.text.frontends.english.parts import read_parts, split_apostrophe

LEXICON = {
    "stop": "S T AA1 P",
    "make": "M EY1 K",
    "happy": "HH AE1 P IY0",
    "wish": "W IH1 SH",
    "add": "AE1 D",
    "bell": "B EH1 L",
    "tower": "T AW1 ER0",
    "glass": "G L AE1 S",
    "ironic": "AY0 R AA1 N IH0 K",
    "ally": "AE1 L AY0",
}


def find(word):
    return tuple(LEXICON[word].split()) if word in LEXICON else None


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("stops", "S T AA1 P S"),
        ("bells", "B EH1 L Z"),
        ("wishes", "W IH1 SH IH0 Z"),
        ("stopped", "S T AA1 P T"),
        ("belled", "B EH1 L D"),
        ("added", "AE1 D IH0 D"),
        ("making", "M EY1 K IH0 NG"),
        ("maker", "M EY1 K ER0"),
        ("happier", "HH AE1 P IY0 ER0"),
        ("happiness", "HH AE1 P IY0 N AH0 S"),
        ("belly", None),
        ("bellly", "B EH1 L IY0"),
        ("ironically", "AY0 R AA1 N IH0 K L IY0"),
        ("glassless", "G L AE1 S L AH0 S"),
        ("unmakeable", "AH0 N M EY1 K AH0 B AH0 L"),
        ("multitower", "M AH2 L T IY0 T AW1 ER0"),
        ("belltower", "B EH1 L T AW2 ER0"),
        ("stopbell", None),
        ("unknown", None),
        ("s", None),
        ("", None),
    ],
)
def test_a_word_of_known_parts_is_read(word, sounds):
    assert read_parts(word, find) == (sounds and tuple(sounds.split()))


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("blaft's", ("blaft", "'s")),
        ("blafts'", ("blafts", "")),
        ("O'Blaft", ("OBlaft", "")),
        ("blaft'll", ("blaft", "'ll")),
        ("blaftn't", ("blaft", "n't")),
        ("'s", ("s", "")),
        ("'", ("", "")),
    ],
)
def test_a_word_is_split_at_its_apostrophe(word, parts):
    assert split_apostrophe(word) == parts
