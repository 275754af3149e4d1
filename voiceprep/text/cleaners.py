"""Cleaners: normalise a text as typed, in the way that the checkpoints were trained with."""

import re
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

_SPELLINGS = {
    # Removed by the front end that the reference ids come from.
    "£": "",
    "—": "",
    "…": "",
    # As in Unidecode, which the checkpoints were trained with; "2½" must not become 21/2.
    "¼": " 1/4 ",
    "½": " 1/2 ",
    "¾": " 3/4 ",
    "№": "No. ",
    "™": "(tm)",
}


def to_ascii(text: str) -> str:
    """The text in ASCII: accents dropped, other scripts transliterated, the rest dropped."""
    if text.isascii():
        return text
    return "".join(letter if letter.isascii() else _spelling(letter) for letter in text)


@lru_cache(maxsize=4096)
def _spelling(letter: str) -> str:
    if letter in _SPELLINGS:
        return _SPELLINGS[letter]
    from text_unidecode import unidecode  # a large table, for such texts only

    spelling = unidecode(letter)
    # Its mark for an unknown character, which would be read as a question.
    return "" if spelling.strip() == "[?]" else spelling


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
