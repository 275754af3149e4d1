import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.text.frontends.ko_numbers import native, sino, spell_numbers


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("3개", "세 개"),
        ("3월", "삼월"),
        ("6월 10월", "유월 시월"),
        ("16명", "열여섯 명"),
        ("20살", "스무 살"),
        ("21마리", "스물한 마리"),
        ("100개", "백개"),
        ("3개월", "삼개월"),
        ("3달러", "삼달러"),
        ("2시간", "두 시간"),
        ("3시 15분", "세 시 십오분"),
        ("15시", "십오시"),
        ("12:30", "열두 시 삼십분"),
        ("09:00~10:30", "아홉 시에서 열 시 삼십분"),
        ("1번째 2번째", "첫 번째 두 번째"),
        ("27번 3번", "이십칠번 세 번"),
        ("20대 3대", "이십대 세 대"),
        ("제3장 3장", "제삼장 세 장"),
        ("3~5개", "삼에서 오 개"),
        ("10~20km", "십에서 이십킬로미터"),
        ("010-1234-5678", "공일공 일이삼사 오육칠팔"),
        ("1588-0000", "일오팔팔 공공공공"),
        ("2026-11-28", "이천이십육년 십일월 이십팔일"),
        ("2026. 6. 1.", "이천이십육년 유월 일일."),
        ("6·25", "육이오"),
        ("3.14", "삼 점 일사"),
        ("0.05", "영 점 영오"),
        ("-5도", "마이너스 오도"),
        ("코로나-19", "코로나-십구"),
        ("1/2", "이분의 일"),
        ("1,234,567원", "백이십삼만 사천오백육십칠원"),
        ("50%", "오십퍼센트"),
        ("100km/h", "시속 백킬로미터"),
        ("25°C", "이십오도"),
        ("$5", "오달러"),
        ("5만 원", "오만 원"),
        ("007", "공공칠"),
        ("숫자가 없다.", "숫자가 없다."),
    ],
)
def test_the_counter_and_the_form_decide_how_a_number_is_read(typed, read):
    assert spell_numbers(typed) == read


@pytest.mark.parametrize(
    ("digits", "read"),
    [
        ("0", "영"),
        ("10", "십"),
        ("111", "백십일"),
        ("1000", "천"),
        ("10000", "만"),
        ("11000", "만 천"),
        ("110000", "십일만"),
        ("100000000", "일억"),
        ("100010000", "일억 일만"),
        ("300000005", "삼억 오"),
        ("1" * 25, "일" * 25),
    ],
)
def test_whole_numbers_go_by_ten_thousands(digits, read):
    assert sino(digits) == read


def test_native_numerals_as_they_stand_before_a_counter():
    assert [native(number) for number in (1, 4, 10, 20, 24, 99)] == [
        "한",
        "네",
        "열",
        "스무",
        "스물네",
        "아흔아홉",
    ]


@given(st.integers(0, 10**26))
def test_every_number_has_a_name_of_its_own(number):
    assert sino(str(number)) != sino(str(number + 1))
    assert not any(map(str.isdigit, sino(str(number))))


@given(st.text("0123456789.,:/-~%$ 개월시번", max_size=30))
def test_no_digit_is_left(text):
    assert not any(map(str.isdigit, spell_numbers(text)))
