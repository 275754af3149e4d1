"""A front end for any table of characters: each character that is in it is a symbol.

Texts are normalised to NFC, and white space to single spaces.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ...errors import SettingError
from ..cleaners import join_spaces
from ..encode import Encoding, TextConfig
from ..rewrites import DROPPED, Rewrite
from ..symbols import PAD
from ..text_files import decode, read_bytes
from .base import FrontendState, TextFrontend, check_version

AUTO = "auto"


@dataclass(frozen=True)
class CharactersFrontend(TextFrontend):
    """See the module."""

    name = "characters"
    version = 1
    symbols: tuple[str, ...]

    @classmethod
    def from_config(cls, config: TextConfig, texts: Iterable[str]) -> Self:
        """See TextFrontend."""
        return cls((PAD, *table_of(config.symbols, texts)))

    @classmethod
    def from_state(cls, state: FrontendState) -> Self:
        """See TextFrontend."""
        check_version(cls, state)
        return cls(state.symbols)

    @property
    def state(self) -> FrontendState:
        """See TextFrontend."""
        return FrontendState(self.name, self.version, (), self.symbols)

    def encode(self, text: str) -> Encoding:
        """See TextFrontend."""
        normalised = normalise(text)
        ids = {symbol: number for number, symbol in enumerate(self.symbols) if number}
        known = tuple(filter(ids.__contains__, normalised))
        lost = [one for one in normalised if one not in ids]
        rewrites = tuple(Rewrite(one, DROPPED, one, "") for one in lost)
        numbers = tuple(map(ids.__getitem__, known))
        return Encoding(text, "".join(known), known, numbers, tuple(lost), rewrites)


def table_of(symbols: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The table by code point, without the pad: of the texts, of a file, or as it is typed."""
    if symbols == AUTO:
        found: Counter[str] = Counter()
        for text in texts:
            found.update(normalise(text))
        listed = "".join(found)
        why = "the texts of the dataset have no character"
    else:
        path = Path(symbols)
        listed = decode(path, read_bytes(path))[0] if path.is_file() else symbols
        listed = unicodedata.normalize("NFC", listed.replace("\n", "").replace("\r", ""))
        why = "it holds no character"
    table = tuple(sorted({*listed} - {PAD}))
    if not table:
        raise SettingError(f"symbols = {symbols}: {why}", "symbols")
    return table


def normalise(text: str) -> str:
    """NFC, with single spaces, none at the ends."""
    return join_spaces(unicodedata.normalize("NFC", text)).strip()
