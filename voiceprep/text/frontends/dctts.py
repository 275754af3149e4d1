"""The front end of DC-TTS as Kyubyong/dc_tts and tugstugi/pytorch-dc-tts read texts: 32 symbols.

Lower case without accents; each other character is a space; an end mark follows the text. Ids are
theirs for a sentence to speak: in training, theirs may have a space before the end mark.
"""

import re
import unicodedata
from dataclasses import dataclass

from ..encode import Encoding
from ..rewrites import DROPPED, Rewrite
from ..symbols import END, PAD
from .base import FixedFrontend

# Their `P` and `E` have the names that other tables give them, not those of letters: a warm start
# takes embeddings by name.
TABLE = (PAD, END, *" abcdefghijklmnopqrstuvwxyz'.?")
_IDS = {symbol: number for number, symbol in enumerate(TABLE)}
_OTHERS = re.compile("[^a-z'.? ]")
_SPACES = re.compile(" +")
_PAUSE = "read as a space"


@dataclass(frozen=True)
class DcttsFrontend(FixedFrontend):
    """See the module."""

    name = "dctts"
    version = 1
    symbols = TABLE

    def encode(self, text: str) -> Encoding:
        """See TextFrontend."""
        plain = _strip_accents(text).lower()
        spaced = _OTHERS.sub(" ", plain)
        cleaned = _SPACES.sub(" ", spaced).strip()
        symbols = (*cleaned, END) if cleaned else ()
        rewrites = tuple(
            Rewrite(one, _effect(one), one, "")
            for one in plain
            if one not in _IDS and not one.isspace()
        )
        return Encoding(
            text,
            cleaned,
            symbols,
            tuple(map(_IDS.__getitem__, symbols)),
            tuple(one.what for one in rewrites if one.dropped),
            rewrites,
        )


def _strip_accents(text: str) -> str:
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    return "".join(one for one in apart if unicodedata.category(one) != "Mn")


def _effect(character: str) -> str:
    """What is lost with a character: a letter or a digit is dropped, a mark parts words."""
    return _PAUSE if unicodedata.category(character).startswith("P") else DROPPED
