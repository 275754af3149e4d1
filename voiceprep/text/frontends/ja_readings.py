"""A user's readings of Japanese words, in kana, which are put in the place of the words."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import jaconv

from ...errors import TableError
from ..text_files import decode, numbered_lines, read_bytes
from .base import Pairs

_KANA = re.compile("[ァ-ヴー]+")


def read_readings(path: Path) -> Pairs:
    """The words and readings of a file of lines `WORD READING`, readings as katakana.

    Raises TableError for a line that is not one.
    """
    readings: dict[str, str] = {}
    for number, line in numbered_lines(decode(path, read_bytes(path))[0]):
        word, *kana = unicodedata.normalize("NFKC", line).split() or [""]
        if not word:
            continue
        reading = jaconv.hira2kata("".join(kana))
        if not _KANA.fullmatch(reading):
            raise TableError(path, number, "has no reading in kana; a line is WORD READING")
        readings[word] = reading
    return tuple(sorted(readings.items()))


def put_readings(text: str, readings: Pairs) -> str:
    """The text with each of the words in kana, the longest first."""
    known = dict(readings)
    return _pattern(readings).sub(lambda found: known[found[0]], text) if known else text


@lru_cache(maxsize=16)
def _pattern(readings: Pairs) -> re.Pattern[str]:
    words = sorted((word for word, _ in readings), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))
