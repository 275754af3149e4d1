"""Cleaners: normalise a text as typed, in the way that the checkpoints were trained with."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from .numbers import spell_numbers

_ABBREVIATIONS = {
    "mrs": "misess",
    "mr": "mister",
    "dr": "doctor",
    "st": "saint",
    "co": "company",
    "jr": "junior",
    "maj": "major",
    "gen": "general",
    "drs": "doctors",
    "rev": "reverend",
    "lt": "lieutenant",
    "hon": "honorable",
    "sgt": "sergeant",
    "capt": "captain",
    "esq": "esquire",
    "ltd": "limited",
    "col": "colonel",
    "ft": "fort",
}
_ABBREVIATION = re.compile(rf"\b(?:{'|'.join(_ABBREVIATIONS)})\.")
# One after the other: what the first replaces decides where the second finds a word's start.
_EXPANSIONS = [(re.compile(rf"\b{short}\."), full) for short, full in _ABBREVIATIONS.items()]
_SPACES = re.compile(r"\s+")


def to_ascii(text: str) -> str:
    """The text in ASCII, as the checkpoints' front end spells it; what it cannot spell is dropped.

    Characters that front end does not know are transliterated as well.
    """
    if text.isascii():
        return text
    return "".join(letter if letter.isascii() else _spelling(letter) for letter in text)


@lru_cache(maxsize=4096)
def _spelling(letter: str) -> str:
    from .spellings import SPELLINGS  # large tables, for such texts only

    if letter in SPELLINGS:
        return SPELLINGS[letter]
    from text_unidecode import unidecode

    spelling: str = unidecode(letter)
    if spelling.strip() == "[?]":
        spelling = ""  # its mark for an unknown character, which would be read as a question
    plain = unicodedata.normalize("NFKC", letter)
    if spelling or plain == letter:
        return spelling
    # It does not know letters of other fonts, such as the bold ones of mathematics.
    return to_ascii(plain)


def expand_abbreviations(text: str) -> str:
    """A lower-case text with its abbreviations in full: `dr.` is doctor, `st.` always saint."""
    if _ABBREVIATION.search(text):
        for short, full in _EXPANSIONS:
            text = short.sub(full, text)
    return text


def join_spaces(text: str) -> str:
    """The text with every run of white space as one space, also at the ends."""
    return _SPACES.sub(" ", text)


def clean_basic(text: str) -> str:
    """Lower case and single spaces, for any language whose letters are symbols."""
    return join_spaces(text.lower())


def clean_transliterated(text: str) -> str:
    """ASCII, lower case and single spaces, for a language that is transliterated."""
    return join_spaces(to_ascii(text).lower())


def clean_english(text: str) -> str:
    """ASCII, lower case, numbers and abbreviations in words, single spaces."""
    text = spell_numbers(to_ascii(text).lower())
    return join_spaces(expand_abbreviations(text))


CleanerName = Literal[
    "english_cleaners",
    "transliteration_cleaners",
    "basic_cleaners",
]
"""The names in CLEANERS, as the choices of a setting."""

CLEANERS: dict[str, Callable[[str], str]] = {
    "english_cleaners": clean_english,
    "transliteration_cleaners": clean_transliterated,
    "basic_cleaners": clean_basic,
}
