"""A front end for any table of characters: each character that is in it is a symbol.

Texts are normalised to NFC and single spaces; case is kept. Symbols are code points: an accent that
has no composed form with its letter is a symbol of its own.
"""

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from ...errors import SettingError
from ..encode import Encoding, TextConfig
from ..rewrites import DROPPED, Rewrite
from ..symbols import PAD
from ..text_files import decode, read_bytes
from .base import FrontendState, TextFrontend, check_version

AUTO = "auto"
# Unicode's default ignorable code points: soft hyphens, marks of direction, selectors of a picture.
# Not the joiner and the non-joiner, which change a word in Persian and in scripts of India.
_IGNORED = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\ufeff\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# White space, line separators and control characters.
_SPACES = re.compile("[\\s\u0000-\u001f\u007f-\u009f]+")
# No character of a text: halves of one, and code points without a meaning.
_NO_CHARACTERS = ("Cs", "Cn")
_TABLE_SUFFIX = ".txt"


@dataclass(frozen=True)
class CharactersFrontend(TextFrontend):
    """See the module."""

    name = "characters"
    version = 1
    symbols: tuple[str, ...]

    @classmethod
    def from_config(cls, config: TextConfig, texts: Iterable[str]) -> Self:
        """See TextFrontend."""
        return cls((PAD, *find_table(config.symbols, texts)))

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
        normalised, ids = normalise(text), self._ids
        known = tuple(filter(ids.__contains__, normalised))
        lost: tuple[str, ...] = ()
        if len(known) < len(normalised):
            lost = tuple(one for one in normalised if one not in ids)
        rewrites = tuple(Rewrite(one, DROPPED, one, "") for one in lost)
        return Encoding(
            text, "".join(known), known, tuple(map(ids.__getitem__, known)), lost, rewrites
        )

    @cached_property
    def _ids(self) -> dict[str, int]:
        """The id of each symbol that a text may have: all but the pad."""
        return {symbol: number for number, symbol in enumerate(self.symbols) if number}


def find_table(symbols: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The table by code point, without the pad: of the texts, of a file, or as it is typed.

    Raises SettingError for one without a character.
    """
    if symbols == AUTO:
        lines, why = texts, "the texts of the dataset have no character"
    else:
        lines, why = _read_table(symbols), "it holds no character"
    # Line by line: an accent in a line of its own is not that of the letter before it.
    found = {one for line in lines for one in _plain(line)} - {PAD}
    table = tuple(sorted(one for one in found if unicodedata.category(one) not in _NO_CHARACTERS))
    if not table:
        raise SettingError(f"symbols = {symbols}: {why}", "symbols")
    return table


def _read_table(symbols: str) -> list[str]:
    """The lines of a table that is a file, or the table as it is typed."""
    # Not Path.is_file, which raises OSError for a table that is longer than a file's name.
    if os.path.isfile(symbols):  # noqa: PTH113
        path = Path(symbols)
        return decode(path, read_bytes(path))[0].splitlines()
    if symbols.endswith(_TABLE_SUFFIX):
        raise SettingError(f"symbols = {symbols}: there is no such file", "symbols")
    return [symbols]


def normalise(text: str) -> str:
    """NFC, with single spaces, none at the ends."""
    return _plain(text).strip()


def _plain(text: str) -> str:
    """NFC, with single spaces, also at the ends."""
    if not text.isascii():
        # An ignored character may part a letter from its accent.
        text = unicodedata.normalize("NFC", _IGNORED.sub("", text))
    return _SPACES.sub(" ", text)
