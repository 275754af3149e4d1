import pytest

from voiceprep.text.frontends.english.dictionary import load_dictionary
from voiceprep.text.frontends.english.pronounce import (
    BY_LETTERS,
    BY_PARTS,
    BY_RULES,
    KNOWN,
    Pronouncer,
)

PRONOUNCER = Pronouncer({"glump": ("G", "L", "AA1", "M", "P")}, load_dictionary())


@pytest.mark.parametrize(
    ("word", "sounds", "how"),
    [
        ("boat", "B OW1 T", KNOWN),
        ("NASA", "N AE1 S AH0", KNOWN),
        ("glump", "G L AA1 M P", KNOWN),
        ("glump's", "G L AA1 M P S", KNOWN),
        ("Glump'll", "G L AA1 M P AH0 L", KNOWN),
        ("'glump'", "G L AA1 M P", KNOWN),
        ("glumps", "G L AA1 M P S", BY_PARTS),
        ("glumped", "G L AA1 M P T", BY_PARTS),
        ("GlumpBoat", "G L AA1 M P B OW1 T", BY_PARTS),
        ("strape's", "S T R EY1 P S", BY_RULES),
        ("QXR", "K Y UW1 EH1 K S AA1 R", BY_LETTERS),
        ("QXRs", "K Y UW1 EH1 K S AA1 R Z", BY_LETTERS),
        ("QXR's", "K Y UW1 EH1 K S AA1 R Z", BY_LETTERS),
        ("ZUQ", "Z IY1 Y UW1 K Y UW1", BY_LETTERS),
        ("STRAPE", "S T R EY1 P", BY_RULES),
        ("qxr", "K Y UW1 EH1 K S AA1 R", BY_LETTERS),
        ("q.x.r.", "K Y UW1 EH1 K S AA1 R", KNOWN),
        ("U.K", "Y UW2 K EY1", KNOWN),
        ("U.K.'s", "Y UW2 K EY1 Z", KNOWN),
    ],
)
def test_a_word_is_looked_up_or_guessed(word, sounds, how):
    found = PRONOUNCER.pronounce(word)
    assert (" ".join(found.sounds), found.how) == (sounds, how)
