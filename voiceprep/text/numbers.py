"""Numbers, ordinals, years and dollars as English words."""

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import inflect

_GROUPED = re.compile(r"[0-9][0-9,]+[0-9]")
_DOLLARS = re.compile(r"\$([0-9.,]*[0-9])")
# The lookbehind changes no match; it keeps long digit strings from being tried at each digit.
_DECIMAL = re.compile(r"(?<![0-9])([0-9]+)\.([0-9]+)")
_ORDINAL = re.compile(r"(?<![0-9])([0-9]+)(?:st|nd|rd|th)")
_WHOLE = re.compile(r"[0-9]+")

# inflect has no word above the decillions.
_LONGEST = 36


def spell_numbers(text: str) -> str:
    """The text with every number in words, as the published checkpoints were trained.

    Ordinals have lower-case endings. Whole numbers from 1001 to 2999 are read as years, digits
    after a point as a separate number, and so are cents (`$1.5` is one dollar, five cents). A
    number of more than 36 digits is read digit by digit.
    """
    if not _WHOLE.search(text):
        return text
    text = _GROUPED.sub(lambda match: match[0].replace(",", ""), text)
    text = _DOLLARS.sub(lambda match: _count_dollars(match[1]), text)
    text = _DECIMAL.sub(r"\1 point \2", text)
    text = _ORDINAL.sub(lambda match: _ordinal_words(match[0], match[1]), text)
    return _WHOLE.sub(lambda match: _whole_words(match[0]), text)


def _count_dollars(amount: str) -> str:
    """The amount as counts of dollars and cents, still in digits."""
    parts = amount.replace(",", "").split(".")
    if len(parts) > 2:
        return f"{amount} dollars"
    counts = zip(parts, ("dollar", "cent"), strict=False)
    named = [_count(digits.lstrip("0"), unit) for digits, unit in counts if digits.strip("0")]
    return ", ".join(named) or "zero dollars"


def _count(digits: str, unit: str) -> str:
    return f"{digits} {unit}" if digits == "1" else f"{digits} {unit}s"


def _ordinal_words(ordinal: str, digits: str) -> str:
    if len(digits.lstrip("0")) > _LONGEST:
        return ordinal
    return _name(ordinal)


@lru_cache(maxsize=4096)
def _whole_words(digits: str) -> str:
    digits = digits.lstrip("0") or "0"
    if len(digits) > _LONGEST:
        return " ".join(_whole_words(digit) for digit in digits)
    number = int(digits)
    if 1000 < number < 3000:
        return _year_words(number)
    return _name(number, andword="")


def _year_words(year: int) -> str:
    century, rest = divmod(year, 100)
    if century == 20 and rest < 10:
        return f"two thousand {_name(rest)}" if rest else "two thousand"
    if rest == 0:
        return f"{_name(century)} hundred"
    return f"{_name(century)} {'oh ' if rest < 10 else ''}{_name(rest)}"


def _name(number: int | str, andword: str = "and") -> str:
    return str(_inflect().number_to_words(str(number), andword=andword))


@cache
def _inflect() -> "inflect.engine":
    import inflect  # a second to load, for texts with digits only

    return inflect.engine()
