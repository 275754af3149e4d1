"""Numbers in Chinese texts, in the words in which they are read.

cn2an spells a single number; which one it is, a year, a telephone number or an amount, is decided
here: its own `transform` reads 30年后 digit by digit and telephone numbers as amounts, and leaves
times, prices and thousands with commas half done.
"""

import re
from collections.abc import Callable

from cn2an.an2cn import An2Cn

Found = re.Match[str]

_AN2CN = An2Cn()

# Longer whole numbers are no amounts. cn2an spells sixteen digits, before and behind the point.
_LONGEST, _DECIMALS = 11, 16
# Two of a thing is 两, not 二.
_COUNTED = (
    "个|只|条|张|块|瓶|杯|份|本|辆|台|匹|头|位|件|家|座|场|次|天|年(?!级)|周|小时|分钟|秒|点|人|名"
    "|种|岁|斤|公斤|吨|米|公里|元|倍|遍|口|碗|双|把|根|颗|句|页|步|国|者|百|千|万|亿"
)
_UNITS = {
    "km²": "平方公里", "m²": "平方米", "cm²": "平方厘米", "m³": "立方米",
    "km": "公里", "cm": "厘米", "mm": "毫米", "m": "米",
    "kg": "公斤", "mg": "毫克", "g": "克", "ml": "毫升",
}  # fmt: skip
_CURRENCIES = {"¥": "元", "$": "美元", "€": "欧元", "£": "英镑"}

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
# Not within a longer number.
_START, _END = r"(?<![0-9.])", r"(?![0-9]|\.[0-9])"


def spell_numbers(text: str) -> str:
    """The text, in NFKC, with its numbers in Chinese words."""
    if _DIGIT.search(text):
        for pattern, spell in _RULES:
            text = pattern.sub(spell, text)
    return text


def _spell(number: str) -> str:
    return str(_AN2CN.an2cn(number))


def _digits(number: str) -> str:
    """A number digit by digit."""
    return str(_AN2CN.an2cn(number, "direct"))


def _amount(number: str) -> str:
    """A number by its value; digit by digit where it begins with a zero or is very long."""
    whole, point, decimals = number.partition(".")
    if len(whole) > _LONGEST or (len(whole) > 1 and whole[0] == "0"):
        return _digits(number)
    spelled = _spell(whole + point + decimals[:_DECIMALS])
    return re.sub("^二(?=[千万亿])", "两", spelled) + "".join(map(_digits, decimals[_DECIMALS:]))


def _telephone(found: Found) -> str:
    """Digit by digit, the one as 幺, with a pause between the parts."""
    parts = re.split("[- ]", found[0].lstrip("+"))
    return ",".join(_digits(part).replace("一", "幺") for part in parts)


def _date(found: Found) -> str:
    year, month, day = found.groups()
    return f"{_digits(year)}年{_spell(str(int(month)))}月{_spell(str(int(day)))}日"


def _time(found: Found) -> str:
    hour, minute, second = found.groups()
    spelled = ("两" if int(hour) == 2 else _spell(str(int(hour)))) + "点"
    if int(minute) or second:
        spelled += _two_digits(minute) + "分"
    return spelled + (_two_digits(second) + "秒" if second else "")


def _two_digits(number: str) -> str:
    """Minutes or seconds, with the zero before a single digit."""
    return ("零" if number[0] == "0" and int(number) else "") + _spell(str(int(number)))


def _percent(found: Found) -> str:
    sign, number, mark = found.groups()
    return ("负" if sign else "") + ("百分之" if mark == "%" else "千分之") + _amount(number)


def _degrees(found: Found) -> str:
    sign, number, scale = found.groups()
    name = {"C": "摄氏", "F": "华氏"}.get(scale or "", "")
    return ("零下" if sign else "") + f"{_amount(number)}{name}度"


def _currency(found: Found) -> str:
    sign, number, factor = found.groups()
    return _amount(number) + (factor or "") + _CURRENCIES[sign]


_DIGIT = re.compile("[0-9]")
_MONTH, _DAY = "(0?[1-9]|1[0-2])", "(0?[1-9]|[12][0-9]|3[01])"
_YEAR = "[12][0-9]{3}"
_HOUR, _MINUTE = "([01]?[0-9]|2[0-4])", "([0-5][0-9])"
_MARKS = ("-", "/", r"\.")
_VALUE = rf"{_START}({_NUMBER})"
_SIGN = r"((?<![0-9A-Za-z.])-)?"

# In this order: each leaves fewer digits to those after it.
_RULES: tuple[tuple[re.Pattern[str], Callable[[Found], str]], ...] = tuple(
    (re.compile(pattern), spell)
    for pattern, spell in (
        # 1,234,567
        (rf"{_START}[0-9]{{1,3}}(?:,[0-9]{{3}})+(?![0-9,])", lambda f: f[0].replace(",", "")),
        # 13812345678, 010-12345678, 400-123-4567
        (rf"{_START}(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{{4}}[- ]?[0-9]{{4}}{_END}", _telephone),
        (rf"{_START}0[0-9]{{2,3}}[- ][0-9]{{7,8}}{_END}", _telephone),
        (rf"{_START}[48]00-[0-9]{{3,4}}-[0-9]{{3,4}}{_END}", _telephone),
        # 2026-11-28, 2026/11/28, 2026.11.28
        *((rf"{_START}({_YEAR}){mark}{_MONTH}{mark}{_DAY}(?![0-9./-])", _date) for mark in _MARKS),
        # 3-5, 9:00~17:00, 3月-5月
        (r"(?<=[0-9年月日号时点分秒天岁%])\s?(?:[-~–—]|——)\s?(?=[0-9])", lambda _: "到"),
        # 2020到2023年, 2026年, 98年, 80后; but 2000年前 may be two thousand years ago
        (rf"{_START}{_YEAR}(?=年?到{_YEAR}年)", lambda f: _digits(f[0])),
        (rf"{_START}(?![12]000年[前来间多]){_YEAR}(?=年)", lambda f: _digits(f[0])),
        (rf"{_START}[89][1-9](?=年(?![代前后来间内多]))", lambda f: _digits(f[0])),
        (rf"{_START}[05-9]0(?=后(?!面))", lambda f: _digits(f[0])),
        # 10:30, 10:30:05, and 3:2
        (rf"(?<![0-9.:]){_HOUR}:{_MINUTE}(?::{_MINUTE})?(?![0-9:])", _time),
        (rf"{_VALUE}:(?=[0-9])", lambda f: f"{f[1]}比"),
        # 3到5%, 10%, -5°C, 1/2, ¥12.5万, 5 kg
        (rf"{_VALUE}到(?={_NUMBER}%)", lambda f: f"百分之{_amount(f[1])}到"),
        (rf"{_SIGN}{_VALUE}([%‰])", _percent),
        (rf"{_SIGN}{_VALUE}\s?°([CF])?", _degrees),
        (rf"{_VALUE}[/⁄]({_NUMBER})", lambda f: f"{_amount(f[2])}分之{_amount(f[1])}"),
        (rf"([¥$€£])\s?({_NUMBER})([万亿])?", _currency),
        (rf"{_VALUE}\s?({'|'.join(_UNITS)})(?![A-Za-z²³])", lambda f: f[1] + _UNITS[f[2]]),
        # 2个, 2到3个
        (rf"(?<![0-9.第初])2(?=(?:到{_NUMBER})?(?:{_COUNTED}))", lambda _: "两"),
        # 1.2.3, -5, 3.14
        (rf"{_START}[0-9]+(?:\.[0-9]+){{2,}}", lambda f: _digits(f[0])),
        (rf"{_SIGN}({_NUMBER})", lambda f: ("负" if f[1] else "") + _amount(f[2])),
    )
)
