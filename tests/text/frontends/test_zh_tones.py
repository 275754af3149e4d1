import pytest

from voiceprep.text.frontends.zh_tones import Syllable, speak_tones


def spoken(*words):
    """The spoken form of words of characters with their pinyin: ("你ni3", "好hao3")."""
    phrase = [
        Syllable(one[1:], one[0], number) if not one[0].isascii() else Syllable(one, word=number)
        for number, word in enumerate(words)
        for one in word.split()
    ]
    return " ".join(one.pinyin for one in speak_tones(phrase))


@pytest.mark.parametrize(
    ("words", "tones"),
    [
        (["你ni3 好hao3"], "ni2 hao3"),
        (["展zhan3 览lan3 馆guan3"], "zhan2 lan2 guan3"),
        (["老lao3", "保bao3 管guan3"], "lao3 bao2 guan3"),
        (["保bao3 管guan3", "好hao3"], "bao2 guan2 hao3"),
        (["我wo3", "很hen3", "好hao3"], "wo3 hen2 hao3"),
        (["我wo3", "喜xi3 欢huan5"], "wo2 xi3 huan5"),
        (["老lao3 师shi1"], "lao3 shi1"),
    ],
)
def test_a_third_tone_rises_before_another(words, tones):
    assert spoken(*words) == tones


@pytest.mark.parametrize(
    ("words", "tones"),
    [
        (["一yi1", "个ge5"], "yi2 ge5"),
        (["一yi1 定ding4"], "yi2 ding4"),
        (["一yi1 天tian1"], "yi4 tian1"),
        (["一yi1 起qi3"], "yi4 qi3"),
        (["一yi1 百bai3", "一yi1", "十shi2", "一yi1"], "yi4 bai3 yi1 shi2 yi1"),
        (["第di4", "一yi1", "课ke4"], "di4 yi1 ke4"),
        (["一yi1", "月yue4"], "yi1 yue4"),
        (["看kan4", "一yi1", "看kan4"], "kan4 yi5 kan4"),
        (["不bu4", "是shi4"], "bu2 shi4"),
        (["不bu4", "好hao3"], "bu4 hao3"),
        (["是shi4", "不bu4", "是shi4"], "shi4 bu5 shi4"),
        (["不bu4"], "bu4"),
    ],
)
def test_yi_and_bu_follow_the_next_tone(words, tones):
    assert spoken(*words) == tones


def test_a_typed_syllable_keeps_its_tone_and_counts_for_its_neighbours():
    assert spoken("ni3", "hao3") == "ni3 hao3"
    assert spoken("你ni3", "hao3") == "ni2 hao3"
    assert spoken("yi1", "个ge4") == "yi1 ge4"
