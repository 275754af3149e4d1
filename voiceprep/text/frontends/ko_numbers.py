"""Numbers and units as Korean words.

A counter decides between Sino-Korean and native numerals: 3월 is 삼월, 3개 is 세 개. A Sino-Korean
number and its unit stay one word, as they are typed, for they are spoken as one: 6년 is 육년.
"""

import re
from collections.abc import Callable

_DIGITS = "영일이삼사오육칠팔구"
_PHONE = "공일이삼사오육칠팔구"
_PLACES = ("천", "백", "십", "")
_GROUPS = ("", "만", "억", "조", "경", "해")
_LONGEST = 4 * len(_GROUPS)
_NATIVE = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")

_NATIVE_COUNTERS = """시간 시 개 명 사람 마리 권 장 잔 병 대 살 가지 켤레 벌 송이 그루 채 자루 통
    곳 군데 달 배 줄 쌍 판 모금 방울 조각 끼 척 편 곡 바퀴 걸음 마디 번째 번 그릇 접시 상자 봉지 뼘
    스푼 숟가락 포기"""
# What begins like one of them and goes with Sino-Korean numerals.
_SINO_COUNTERS = "개월 개국 개년 개소 개교 개사 개조 개항 시즌 시리즈 번지 번가 달러 배럴"
# The most that is counted so; 15시 is 십오시, and 27번 as a rule a number, not times.
_MOST = {"시": 12, "번": 10}
_ENOUGH = 99

UNITS = {
    "%": "퍼센트",
    "‰": "퍼밀",
    "°C": "도",
    "°F": "도",
    "°": "도",
    "km/h": "킬로미터",
    "m/s": "미터",
    "km2": "제곱킬로미터",
    "km": "킬로미터",
    "cm2": "제곱센티미터",
    "cm": "센티미터",
    "mm": "밀리미터",
    "m2": "제곱미터",
    "m3": "세제곱미터",
    "m": "미터",
    "kg": "킬로그램",
    "mg": "밀리그램",
    "g": "그램",
    "t": "톤",
    "ml": "밀리리터",
    "mL": "밀리리터",
    "l": "리터",
    "L": "리터",
    "Hz": "헤르츠",
    "kHz": "킬로헤르츠",
    "MHz": "메가헤르츠",
    "GHz": "기가헤르츠",
    "kB": "킬로바이트",
    "KB": "킬로바이트",
    "MB": "메가바이트",
    "GB": "기가바이트",
    "TB": "테라바이트",
    "W": "와트",
    "kW": "킬로와트",
    "V": "볼트",
    "kcal": "킬로칼로리",
    "cal": "칼로리",
    "dB": "데시벨",
}
_SPEEDS = {"km/h": "시속 ", "m/s": "초속 "}
CURRENCIES = {"$": "달러", "₩": "원", "€": "유로", "¥": "엔", "£": "파운드"}

_SPELLED = sorted({**UNITS, **CURRENCIES}, key=len, reverse=True)
_COUNTER = (
    f"(?!{'|'.join(_SINO_COUNTERS.split())})({'|'.join(_NATIVE_COUNTERS.split())})(?![A-Za-z])"
)
_NUMBER = r"(\d+(?:\.\d+)?)"
_MONTH = {"6": "유월", "06": "유월", "10": "시월"}


def sino(digits: str) -> str:
    """A whole number in Sino-Korean numerals: 십이만 삼천사백.

    Digit by digit where it is too long for a name.
    """
    digits = digits.lstrip("0")
    if not digits:
        return _DIGITS[0]
    if len(digits) > _LONGEST:
        return spell_digits(digits)
    groups = [digits[max(0, end - 4) : end] for end in range(len(digits), 0, -4)]
    named: list[str] = []
    for place, group in reversed(list(enumerate(groups))):
        name = _thousands(group)
        # 10000 is 만, and not 일만.
        alone = name == "일" and place == 1 and not named
        if name:
            named.append(("" if alone else name) + _GROUPS[place])
    return " ".join(named)


def _thousands(digits: str) -> str:
    """A number below 10000; 천, 백 and 십 are said without an 일 before them."""
    named = ""
    for digit, place in zip(digits.rjust(4, "0"), _PLACES, strict=True):
        if digit != "0":
            named += ("" if digit == "1" and place else _DIGITS[int(digit)]) + place
    return named


def native(number: int) -> str:
    """A number from 1 to 99 in native numerals, as it stands before a counter: 세, 스무."""
    tens, ones = divmod(number, 10)
    return "스무" if number == 20 else _NATIVE_TENS[tens] + _NATIVE[ones]


def spell_digits(digits: str) -> str:
    """Digit by digit, as in a telephone number."""
    return "".join(_PHONE[int(digit)] for digit in digits)


def _number(number: str) -> str:
    """A whole number or a decimal: 3.14 is 삼 점 일사."""
    whole, _, decimals = number.partition(".")
    places = "".join(_DIGITS[int(digit)] for digit in decimals)
    return f"{sino(whole)} 점 {places}" if decimals else sino(whole)


def _phone(match: re.Match[str]) -> str:
    return " ".join(map(spell_digits, re.findall(r"\d+", match[0])))


def _currency(match: re.Match[str]) -> str:
    sign, number, groups = match.groups()
    return f"{_number(number)}{groups}{CURRENCIES[sign]}"


def _date(match: re.Match[str]) -> str:
    year, month, day = match.groups()
    return f"{sino(year)}년 {_month(month)} {sino(day)}일"


def _month(digits: str) -> str:
    return _MONTH.get(digits) or f"{sino(digits)}월"


def _clock(match: re.Match[str]) -> str:
    hours, minutes = match.groups()
    named = _count(hours, "", "시")
    return f"{named} {sino(minutes)}분" if int(minutes) else named


def _counted(match: re.Match[str]) -> str:
    return _count(*match.groups())


def _count(digits: str, space: str, counter: str) -> str:
    number = int(digits) if len(digits) < 3 else 0
    if counter == "번째" and number == 1:
        return "첫 번째"
    # 20대 is an age more often than a number of cars.
    decade = counter == "대" and number % 10 == 0
    if 0 < number <= _MOST.get(counter, _ENOUGH) and not decade:
        return f"{native(number)} {counter}"
    return f"{sino(digits)}{space}{counter}"


def _counted_range(match: re.Match[str]) -> str:
    first, last, counter = match.groups()
    return f"{sino(first)}에서 {sino(last)} {counter}"


def _unit(match: re.Match[str]) -> str:
    number, unit = match.groups()
    return f"{_SPEEDS.get(unit, '')}{_number(number)}{UNITS.get(unit) or CURRENCIES[unit]}"


def _other(match: re.Match[str]) -> str:
    """A number without a unit; 007 is read digit by digit."""
    named = spell_digits if re.fullmatch(r"0\d\d+", match[0]) else _number
    return named(match[0])


# In this order: what is most surely one thing comes first.
_READINGS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<=\d),(?=\d{3}(?!\d))"), ""),
    (re.compile(r"(?<![\d-])(?:0\d{1,2}-\d{3,4}|1\d{3})-\d{4}(?![\d-])"), _phone),
    (re.compile(r"(?<!\d)(\d{4})[-./] ?(\d{1,2})[-./] ?(\d{1,2})(?!\d|\.\d)"), _date),
    (re.compile(r"(?<=:\d\d) ?~ ?(?=\d)"), "에서 "),
    (re.compile(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])"), _clock),
    (re.compile(r"(?<!\d)(\d{1,2})·(\d{1,2})(?!\d)"), lambda m: spell_digits(m[1] + m[2])),
    (re.compile(r"(?<![\w.)])[-−](?=\d)"), "마이너스 "),
    (re.compile(rf"(?<![\d.])(\d+) ?~ ?(\d+) ?{_COUNTER}"), _counted_range),
    (re.compile(rf"(?<![\d.]){_NUMBER} ?~ ?(?=\d)"), lambda m: f"{_number(m[1])}에서 "),
    (re.compile(rf"([{''.join(CURRENCIES)}]) ?{_NUMBER}([천백십만억조]*)"), _currency),
    (
        re.compile(rf"(?<![\d.]){_NUMBER} ?({'|'.join(map(re.escape, _SPELLED))})(?![A-Za-z0-9])"),
        _unit,
    ),
    (re.compile(r"(?<![\d.])(\d{1,2})월"), lambda m: _month(m[1])),
    (re.compile(rf"(?<![\d.제])(\d+)( ?){_COUNTER}"), _counted),
    (re.compile(r"(?<![\d/.])(\d+)/(\d+)(?![\d/])"), lambda m: f"{sino(m[2])}분의 {sino(m[1])}"),
    (re.compile(r"\d+(?:\.\d+)?"), _other),
    (re.compile("%"), UNITS["%"]),
    (re.compile("°C"), UNITS["°C"]),
)
_DIGIT = re.compile("[0-9%°]")


def spell_numbers(text: str) -> str:
    """The text with its numbers, and the units and currencies beside them, in words."""
    if _DIGIT.search(text):
        for pattern, reading in _READINGS:
            text = pattern.sub(reading, text)
    return text
