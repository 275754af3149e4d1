import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

from voiceprep.text.frontends.zh_pinyin import SYLLABLES, has_tone, is_syllable, read_pinyin

# 欸 is ê, which is read as ei; three characters that no person types have syllables of dialects.
RARE = {"ê", "din", "bong", "biang"}


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("ni3", ["ni3"]),
        ("ni3hao3", ["ni3", "hao3"]),
        ("Běijīng", ["bei3", "jing1"]),
        ("nǐ", ["ni3"]),
        ("lv4", ["lv4"]),
        ("lü4", ["lv4"]),
        ("lǜ", ["lv4"]),
        ("jü4", ["ju4"]),
        ("lüe4", ["lve4"]),
        ("lue4", ["lve4"]),
        ("xian1", ["xian1"]),
        ("xī'ān", ["xi1", "an1"]),
        ("fāngàn", ["fan1", "gan4"]),
        ("huar1", ["huar1"]),
        ("er5", ["er5"]),
        ("r5", ["er5"]),
        ("women", ["wo", "men"]),
        ("a1", ["a1"]),
    ],
)
def test_a_word_in_pinyin_comes_to_its_syllables(word, syllables):
    assert read_pinyin(word) == tuple(syllables)


@pytest.mark.parametrize(
    "word",
    [
        *("A1", "BAN3", "mp3", "win10", "ni6", "ni0", "ni33", "hao", "", "3", "café", "nǐ3", "hǎò"),
        *("'a", "iPhone", "x" * 100),
    ],
)
def test_another_word_comes_to_none(word):
    assert not any(map(has_tone, read_pinyin(word)))


def test_every_reading_of_a_character_is_a_syllable():
    readings = {one for entry in PINYIN_DICT.values() for one in entry.split(",")}
    plain = {to_normal(one) for one in readings}
    assert {one for one in plain if not is_syllable(one)} <= RARE
    assert len(SYLLABLES) < len(plain) + 30


@given(st.lists(st.sampled_from(sorted(SYLLABLES)), min_size=1, max_size=4), st.integers(1, 5))
def test_syllables_with_digits_come_back(syllables, tone):
    typed = [f"{syllable}{tone}" for syllable in syllables]
    assert read_pinyin("".join(typed)) == tuple(typed)


@given(st.text(st.sampled_from("nihaogüǎˇ\u030c\u0302e'ʼr15A"), max_size=30))
def test_any_word_is_read(word):
    assert all(is_syllable(one.rstrip("12345")) for one in read_pinyin(word))
