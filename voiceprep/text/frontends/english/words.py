"""English texts in words, with the capitals that tell `US` from `us`, and their tokens."""

import re

from ...cleaners import expand_abbreviations, join_spaces, to_ascii
from ...numbers import spell_numbers

# Dashes and dots that the cleaners drop, which would join the words around them.
_MARKS = str.maketrans({"—": "-", "…": "..."})
_ORDINAL_END = re.compile(r"(?<=[0-9])(?:ST|ND|RD|TH)\b")
# Between a number and a word: 3pm, B52; not in 3rd and 1990s.
_JOINT = re.compile(
    r"(?<=[0-9])(?=[A-Za-z])(?!(?:st|nd|rd|th|s)\b)|(?<=[A-Za-z])(?=\$?[0-9])", re.IGNORECASE
)
# What comes of 1990s.
_DECADE = re.compile(r"(?<=[a-z])tys\b")
_ABBREVIATION = re.compile(r"\b[A-Za-z]+\.")
_TOKEN = re.compile(
    r"""
    (?<![A-Za-z]) (?:[A-Za-z]\.)+ [A-Za-z] (?![A-Za-z]) \.? (?:'s\b)?  # U.S., e.g.
    | '? [A-Za-z]+ (?:['-][A-Za-z]+)* '?                               # 'tis, don't, well-known
    | .
    """,
    re.VERBOSE,
)


def normalise(text: str) -> str:
    """ASCII in its case, with numbers and abbreviations in words, and single spaces."""
    text = _ORDINAL_END.sub(lambda match: match[0].lower(), to_ascii(text.translate(_MARKS)))
    text = _DECADE.sub("ties", spell_numbers(_JOINT.sub(" ", text)))
    return join_spaces(_ABBREVIATION.sub(_expand, text))


def clean_words(text: str) -> str:
    """The normalised text in lower case."""
    return normalise(text).lower()


def is_shouted(text: str) -> bool:
    """Whether a text is all in capitals, so that they tell nothing of a word."""
    return text.isupper() and len(text.split()) > 1


def split_tokens(words: str) -> list[str]:
    """The words, dotted abbreviations and single other characters of a normalised text."""
    return _TOKEN.findall(words)


def _expand(match: re.Match[str]) -> str:
    short = match[0].lower()
    full = expand_abbreviations(short)
    return match[0] if full == short else full
