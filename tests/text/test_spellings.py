import pytest
from text_unidecode import unidecode

from voiceprep.text.cleaners import to_ascii
from voiceprep.text.spellings import SPELLINGS


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("ÄÖÜäöü ẞ Þ", "AeOeUeaeoeue SS TH"),
        ("щи ёй юля ь", "schi yoy yulya "),
        ("ξχφηβ", "ksxfiv"),
        ("€5 ¥ ₽", "E5 Y P"),
        ("１０ Ｉ", "lo l"),
        ("① ⑴ ⑳ Ⓐ", "1 1 20 (A)"),
        ("−1 ∶ ‽", "-1 : ?!"),
        ("£ — …", "  "),
    ],
)
def test_characters_are_spelled_as_the_checkpoints_read_them(text, spelled):
    assert to_ascii(text) == spelled


@pytest.mark.parametrize("character", SPELLINGS)
def test_every_row_is_one_character_and_an_exception(character):
    assert len(character) == 1
    assert not character.isascii()
    assert SPELLINGS[character].isascii()
    assert SPELLINGS[character] != unidecode(character)
