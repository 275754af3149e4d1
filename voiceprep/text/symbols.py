"""The symbols that Tacotron 2 reads, in the order of its embedding."""

from collections.abc import Mapping
from types import MappingProxyType

from .arpabet import ARPABET

PAD = "_"
SOUND = "@"
"""What tells a sound from the letter of the same name: `@B` and `B`."""

_PUNCTUATION = "-!'(),.:;? "
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

SYMBOLS: tuple[str, ...] = (
    PAD,
    *_PUNCTUATION,
    *_LETTERS,
    *(SOUND + sound for sound in ARPABET),
)
"""All 148; a symbol's id is its place. The pad stands for no text and is never read from one."""

SYMBOL_IDS: Mapping[str, int] = MappingProxyType(
    {symbol: number for number, symbol in enumerate(SYMBOLS)}
)
