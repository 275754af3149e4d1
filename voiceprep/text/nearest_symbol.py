"""The symbol that is nearest to one which a voice does not know: of the same base letter."""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

# What a letter's name says besides the letter that it is drawn after.
_DRAWN = re.compile(
    r"\b(?:SMALL|CAPITAL|LETTER|MODIFIER|TURNED|REVERSED|INVERTED|OPEN|CLOSED|SCRIPT|SHARP|BARRED|"
    r"DOTLESS|LONG|TAILED|INSULAR|SIDEWAYS)\b| WITH .*"
)
# Letters of the phonetic alphabet with names of their own, by the Latin letter that is nearest in
# sound.
_SOUNDS = {"ɣ": "g", "ŋ": "n", "ʃ": "s", "ʒ": "z", "θ": "t", "ð": "d", "ə": "e", "ʊ": "u"}
# The stress of a phoneme, the tone of a syllable.
_TONES = "0123456789"


def nearest_symbol(symbol: str, known: Collection[str]) -> str:
    """The nearest of the known symbols, "" where none is near.

    Near is the same letter with other marks or in the other case, the same phoneme with another
    stress, the same syllable with another tone, and to a letter of the phonetic alphabet the Latin
    one that it is drawn after.
    """
    base = _base(symbol)
    near = [one for one in known if one != symbol and _base(one) == base] if base else []
    if not near and symbol in _SOUNDS:
        near = [one for one in known if one == _SOUNDS[symbol]]
    return min(near, key=lambda one: _distance(one, symbol), default="")


def _distance(one: str, symbol: str) -> tuple[bool, bool, bool, int]:
    """What to compare near symbols by: the same letter in the other case, then a plain one."""
    marked = unicodedata.normalize("NFKD", one) != one
    other_case = one.isupper() != symbol.isupper()
    return one.lower() != symbol.lower(), marked, other_case, ord(one[0])


@lru_cache(maxsize=4096)
def _base(symbol: str) -> str:
    """What near symbols have in common; "" for a symbol that has no letter."""
    if len(symbol) > 1:
        return symbol.rstrip(_TONES)
    plain = unicodedata.normalize("NFKD", symbol)[:1]
    if not plain.isalpha():
        return ""
    name = " ".join(_DRAWN.sub("", unicodedata.name(plain, "")).split())
    return name or plain
