import pytest

from voiceprep.text.scripts import is_unspaced, is_whole_word, letter_pairs


@pytest.mark.parametrize(
    ("words", "unspaced"),
    [
        (("今日は天気がいいので", "散歩に行きます"), True),
        (("今天天气很好",), True),
        (("วันนี้อากาศดีมาก",), True),
        (("今日", "は", "天気", "が", "いい"), False),
        (("今天", "天气", "很", "好"), False),
        (("오늘은", "날씨가", "좋습니다"), False),
        (("internationalisation",), False),
        ((), False),
    ],
)
def test_clauses_are_told_from_words(words, unspaced):
    assert is_unspaced(words) == unspaced


def test_a_letter_is_a_word_where_it_is_a_syllable():
    assert all(map(is_whole_word, "我그を"))
    assert not any(map(is_whole_word, "aЯé"))


def test_a_letter_alone_is_its_own_pair():
    assert letter_pairs("水を飲") == ("水を", "を飲")
    assert letter_pairs("水") == ("水",)
