import pytest

from voiceprep.text.nearest_symbol import nearest_symbol
from voiceprep.text.symbols import SYMBOLS

LETTERS = "abcdegnorsuzAEкие漢かカ'.;"


@pytest.mark.parametrize(
    ("symbol", "nearest"),
    [
        ("é", "e"),
        ("É", "E"),
        ("Ç", "c"),
        ("ё", "е"),
        ("й", "и"),
        ("が", "か"),
        ("ガ", "カ"),
        ("ａ", "a"),
        ("ɡ", "g"),
        ("ɐ", "a"),
        ("ɔ", "o"),
        ("ʁ", "r"),
        ("ø", "o"),
        ("ß", "s"),
        ("ɣ", "g"),
        ("ŋ", "n"),
        ("ʰ", ""),
        ("字", ""),
        ("θ", ""),
        ("!", ""),
        ("1", ""),
        ("\ud83d", ""),
        ("\u0301", ""),
    ],
)
def test_a_letter_is_near_its_base_letter(symbol, nearest):
    assert nearest_symbol(symbol, LETTERS) == nearest


@pytest.mark.parametrize(
    ("symbol", "nearest"), [("@AH3", "@AH0"), ("@XX0", ""), ("@EY0", "@EY1"), ("<end>", "")]
)
def test_a_phoneme_is_near_itself_with_another_stress(symbol, nearest):
    assert (
        nearest_symbol(symbol, [one for one in SYMBOLS if one not in ("@EY", "@AH", "@EY0")])
        == nearest
    )


@pytest.mark.parametrize(
    ("symbol", "known", "nearest"),
    [("É", "eEé", "é"), ("É", "eE", "E"), ("C", "Çc", "c"), ("ê", "éèe", "e"), ("ê", "éÉ", "é")],
)
def test_the_same_letter_in_the_other_case_comes_first_then_a_plain_one(symbol, known, nearest):
    assert nearest_symbol(symbol, known) == nearest


def test_a_syllable_is_near_itself_with_another_tone():
    assert nearest_symbol("ni3", ("ni2", "n", "hao3")) == "ni2"
