"""The front end of ETTTS_pytorch: 32 symbols, lower case.

A text with any other character is left out whole, as there: it comes to no symbol at all.
"""

from dataclasses import dataclass

from ..encode import Encoding
from ..rewrites import DROPPED, Rewrite
from ..symbols import PAD
from .base import FixedFrontend

# Its null `N`, which pads texts, has the name that other tables give the pad, not that of a letter:
# a warm start takes embeddings by name.
TABLE = (PAD, *'abcdefghijklmnopqrstuvwxyz,.- "')
_IDS = {symbol: number for number, symbol in enumerate(TABLE) if number}


@dataclass(frozen=True)
class EtttsFrontend(FixedFrontend):
    """See the module."""

    name = "ettts"
    version = 1
    symbols = TABLE

    def encode(self, text: str) -> Encoding:
        """See TextFrontend."""
        cleaned = text.lower()
        lost = tuple(one for one in cleaned if one not in _IDS)
        symbols = () if lost else tuple(cleaned)
        rewrites = tuple(Rewrite(one, DROPPED, one, "") for one in lost)
        notes = ("a text with a character outside the table is left out whole",) if lost else ()
        ids = tuple(map(_IDS.__getitem__, symbols))
        return Encoding(text, cleaned, symbols, ids, lost, rewrites, notes=notes)
