"""The front end of DC-TTS as Kyubyong/dc_tts and tugstugi/pytorch-dc-tts read texts: 32 symbols.

Lower case without accents; each other character is a space; an end mark follows the text. Ids are
theirs for a sentence to speak: in training, theirs may have a space before the end mark.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from ..encode import Encoding, TextConfig
from ..rewrites import DROPPED, Rewrite
from ..symbols import END, PAD
from .base import FrontendState, TextFrontend, check_version

# Their `P` and `E` have the names that other tables give them, not those of letters: a warm start
# takes embeddings by name.
TABLE = (PAD, END, *" abcdefghijklmnopqrstuvwxyz'.?")
_IDS = {symbol: number for number, symbol in enumerate(TABLE)}
_OTHERS = re.compile("[^a-z'.? ]")
_SPACES = re.compile(" +")
_PAUSE = "read as a space"


@dataclass(frozen=True)
class DcttsFrontend(TextFrontend):
    """See the module."""

    name = "dctts"
    version = 1
    symbols = TABLE

    @classmethod
    def from_config(cls, config: TextConfig, texts: Iterable[str]) -> Self:  # noqa: ARG003
        """See TextFrontend."""
        return cls()

    @classmethod
    def from_state(cls, state: FrontendState) -> Self:
        """See TextFrontend."""
        check_version(cls, state)
        return cls()

    @property
    def state(self) -> FrontendState:
        """See TextFrontend."""
        return FrontendState(self.name, self.version, (), self.symbols)

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
