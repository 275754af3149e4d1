"""Encode a text as the symbol ids that a model reads, and list the characters without one."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..config import setting
from ..errors import SettingError, nearest
from .arpabet import join_braces, split_braces
from .cleaners import CLEANERS, CleanerName
from .symbols import PAD, SOUND, SYMBOL_IDS


@dataclass(frozen=True)
class TextConfig:
    """How a text is normalised."""

    cleaner: CleanerName = setting(
        "english_cleaners", "rules that spell out numbers, abbreviations and accents", "--cleaner"
    )


@dataclass(frozen=True)
class Encoding:
    """A text, its cleaned form, its symbols and their ids, one to one.

    `unknown` lists in order and with repeats all that has no id: characters that the cleaner drops
    (of each span of plain text first), characters that are no symbols, `_`, which is the pad, and
    unknown phonemes, in braces.
    """

    text: str
    cleaned: str
    symbols: tuple[str, ...]
    ids: tuple[int, ...]
    unknown: tuple[str, ...]


def encode(text: str, cleaner: str = "english_cleaners") -> Encoding:
    """The text as ids; phonemes in braces (`{HH AH0 L OW1}`) are taken as they are.

    `cleaner` is a name in CLEANERS; raises SettingError for another.
    """
    clean = _find_cleaner(cleaner)
    cleaned: list[str] = []
    symbols: list[str] = []
    unknown: list[str] = []
    for plain, sounds in split_braces(text):
        words = clean(plain)
        cleaned += (words, join_braces(sounds))
        unknown += _unspelled(plain, clean)
        for symbol in (*words, *(SOUND + sound for sound in sounds)):
            if symbol in SYMBOL_IDS and symbol != PAD:
                symbols.append(symbol)
            else:
                unknown.append(symbol if len(symbol) == 1 else join_braces((symbol[1:],)))
    ids = tuple(SYMBOL_IDS[symbol] for symbol in symbols)
    return Encoding(text, "".join(cleaned), tuple(symbols), ids, tuple(unknown))


def _find_cleaner(name: str) -> Callable[[str], str]:
    if name not in CLEANERS:
        hint = nearest(name, sorted(CLEANERS))
        raise SettingError(f"there is no cleaner {name!r}: {hint}", "cleaner")
    return CLEANERS[name]


def _unspelled(plain: str, clean: Callable[[str], str]) -> Iterator[str]:
    """The characters that the cleaner drops; an accent belongs to its letter."""
    if not plain.isascii():
        for character in plain:
            if not clean(character) and not unicodedata.combining(character):
                yield character
