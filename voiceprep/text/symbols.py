"""The symbols that Tacotron 2 reads, in the order of its embedding."""

from collections.abc import Mapping
from types import MappingProxyType

from .arpabet import ARPABET

PAD = "_"
END = "<end>"
"""The end mark of a text, in the tables that have one; no character has this name."""

SOUND = "@"
"""Marks a phoneme: `@B` is not the letter `B`."""

_PUNCTUATION = "-!'(),.:;? "
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

SYMBOLS: tuple[str, ...] = (
    PAD,
    *_PUNCTUATION,
    *_LETTERS,
    *(SOUND + sound for sound in ARPABET),
)
"""All 148; a symbol's id is its index. A text never contains the pad."""

SYMBOL_IDS: Mapping[str, int] = MappingProxyType(
    {symbol: number for number, symbol in enumerate(SYMBOLS)}
)

READ: frozenset[str] = frozenset(SYMBOLS) - {PAD}
"""The symbols that a text may contain."""
