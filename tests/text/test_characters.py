import pytest

from voiceprep.text.characters import is_invisible, name_symbol, show_symbol, show_word

NAMES = {
    "\u202c": "U+202C pop directional formatting",
    "\u200b": "U+200B zero width space",
    "\u00ad": "U+00AD soft hyphen",
    "\ufeff": "U+FEFF zero width no-break space",
    "\u00a0": "U+00A0 no-break space",
    "\x07": "U+0007 control character",
    "\ue000": "U+E000 private use character",
    "\udc80": "U+DC80 lone surrogate",
    "\U000e0001": "U+E0001 language tag",
    "\u0378": "U+0378 unassigned character",
    "\u3164": "U+3164 hangul filler",
    "\u0301": "U+0301 combining acute accent",
}


@pytest.mark.parametrize("character", NAMES)
def test_a_character_that_cannot_be_seen_is_named(character):
    assert name_symbol(character) == show_symbol(character) == NAMES[character]


@pytest.mark.parametrize("symbol", ["a", "—", "水", "😀", "{XX}", "'"])
def test_others_stay_as_they_are(symbol):
    assert not any(map(is_invisible, symbol))
    assert name_symbol(symbol) == show_word(symbol) == symbol
    assert show_symbol(symbol) == repr(symbol)


def test_within_a_word_the_code_is_enough():
    assert show_word("co\u00adop") == "co<U+00AD>op"
    assert name_symbol("{H\u200b}") == "{H<U+200B>}"
