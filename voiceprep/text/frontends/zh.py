"""Mandarin in pinyin: the letters of each syllable and its tone, as in `ni3 hao3`.

Characters are read by pypinyin, numbers spelled by cn2an; pinyin that is typed is taken as it is.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, groupby
from string import ascii_lowercase
from typing import Self

from ...errors import SettingError
from ..cleaners import join_spaces
from ..encode import Encoding, TextConfig
from ..rewrites import DROPPED, Rewrite
from ..symbols import PAD
from .base import FrontendState, TextFrontend, check_version
from .zh_characters import dictionary, read_characters
from .zh_numbers import spell_numbers
from .zh_pinyin import NEUTRAL, has_tone, read_pinyin
from .zh_tones import Syllable, speak_tones

WRITTEN, SPOKEN = "written", "spoken"

_KEPT = "-!'(),.:;?"
_READ_AS = {"。": ".", "、": ","}
# Quotation marks, titles, the point within foreign names: a text reads the same without them.
_SILENT = frozenset('"“”‘’`「」『』《》〈〉【】〔〕[]·•・')
_OPENING, _CLOSING = "(-", "!),.:;?-"

_HAN = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTER = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u036f\u1e00-\u1eff"
_WORD = re.compile(rf"(?<![{_LETTER}0-9.])[{_LETTER}](?:[{_LETTER}0-9'’]*[{_LETTER}0-9])?")
_PIECE = re.compile(rf"([{_HAN}]+)|([{_LETTER}]+(?:['’][{_LETTER}]+)*)|([—–―]+)|(\S)")
_SCRIPTS = "\u00b2\u00b3\u00b9\u2070-\u209c"


@dataclass(frozen=True)
class _Piece:
    """A character, a syllable, a foreign word or a mark; and what was guessed of it."""

    shown: str
    syllable: Syllable | None = None
    note: str = ""
    lost: bool = False


@dataclass(frozen=True)
class ZhFrontend(TextFrontend):
    """See the module. `variant`: the tones as dictionaries write them, or as they are spoken."""

    name = "zh"
    version = 1
    variant: str = WRITTEN
    symbols = (PAD, *_KEPT, " ", *ascii_lowercase, *"12345")

    @classmethod
    def from_config(cls, config: TextConfig, texts: Iterable[str]) -> Self:  # noqa: ARG003
        """See TextFrontend."""
        if config.variant not in ("", WRITTEN, SPOKEN):
            why = f"variant = {config.variant}: the tones of zh are {WRITTEN} or {SPOKEN}"
            raise SettingError(why, "variant")
        return cls(config.variant or WRITTEN)

    @classmethod
    def from_state(cls, state: FrontendState) -> Self:
        """See TextFrontend."""
        check_version(cls, state)
        if state.dictionary.split()[-1:] != dictionary().split()[-1:]:
            raise SettingError(
                f"the voice learned the readings of {state.dictionary}, but {dictionary()} is "
                "installed, which reads characters otherwise: install the former version"
            )
        return cls(str(dict(state.options)["variant"]))

    @property
    def state(self) -> FrontendState:
        """See TextFrontend."""
        options = (("variant", self.variant),)
        return FrontendState(self.name, self.version, options, self.symbols, (), dictionary())

    def encode(self, text: str) -> Encoding:
        """See TextFrontend."""
        pieces = list(_pieces(normalise(text)))
        kept = [piece for piece in pieces if not piece.lost]
        lost = tuple(piece.shown for piece in pieces if piece.lost)
        pinyin = _join(self._read(kept))
        return Encoding(
            text,
            _join(piece.shown for piece in kept),
            tuple(pinyin),
            tuple(map(_IDS.__getitem__, pinyin)),
            lost,
            tuple(Rewrite(one, DROPPED, one, "") for one in lost),
            (("pinyin", pinyin),),
            tuple(dict.fromkeys(piece.note for piece in kept if piece.note)),
        )

    def _read(self, pieces: Iterable[_Piece]) -> Iterator[str]:
        """What is read of each piece; marks and foreign words part the tones."""
        for _, group in groupby(pieces, lambda piece: piece.syllable is None):
            run = list(group)
            syllables = [piece.syllable for piece in run if piece.syllable]
            if self.variant == SPOKEN:
                syllables = speak_tones(syllables)
            yield from (syllable.pinyin for syllable in syllables)
            yield from (piece.shown.lower() for piece in run if not piece.syllable)


_IDS = {symbol: number for number, symbol in enumerate(ZhFrontend.symbols)}


def normalise(text: str) -> str:
    """NFKC with single spaces; what it would change in meaning is spelled out before.

    A full-width comma stands in no number; 1½ would be 11/2, m² would be m2.
    """
    text = text.replace("，", "、").replace("㎡", "m²").replace("㎥", "m³")
    text = re.sub("(?<=[0-9])(?=[¼½¾⅐-⅞])", "又", text)
    text = re.sub(f"[^{_SCRIPTS}]+", lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = re.sub(r"\.{4,}", "...", join_spaces(text))
    return re.sub("([lLnN])[uU]:(?=e?[1-5])", r"\1ü", text)


def _pieces(text: str) -> Iterator[_Piece]:
    """The pieces of a normalised text: the pinyin that is typed, and what stands between."""
    words = [(found, read_pinyin(found[0])) for found in _WORD.finditer(text)]
    typed = any(has_tone(one) for _, syllables in words for one in syllables)
    numbers = count()
    end = 0
    for found, syllables in words if typed else ():
        # Beside syllables with a tone, one alone without is neutral: `nǐ hǎo ma`.
        alone = len(syllables) == 1 and found[0].islower()
        if alone or any(map(has_tone, syllables)):
            yield from _other_pieces(text[end : found.start()], numbers)
            for one in syllables:
                pinyin = one if has_tone(one) else one + NEUTRAL
                yield _Piece(pinyin, Syllable(pinyin, word=next(numbers)))
            end = found.end()
    yield from _other_pieces(text[end:], numbers)


def _other_pieces(text: str, numbers: Iterator[int]) -> Iterator[_Piece]:
    """The pieces of a text without pinyin; its words take the next numbers."""
    for found in _PIECE.finditer(spell_numbers(text)):
        characters, word, pause, mark = found.groups()
        if characters:
            for one, reading, number, note in read_characters(characters, numbers):
                lost = not reading
                yield _Piece(one, None if lost else Syllable(reading, one, number), note, lost)
        elif word:
            yield from _foreign_word(word)
        elif pause:
            yield _Piece(",")
        elif mark not in _SILENT:
            mark = _READ_AS.get(mark, mark)
            yield _Piece(mark, lost=mark not in _KEPT)


def _foreign_word(word: str) -> Iterator[_Piece]:
    """A word in Latin letters, without their accents."""
    apart = unicodedata.normalize("NFD", word.replace("’", "'"))
    plain = "".join(one for one in apart if not unicodedata.combining(one))
    kept = "".join(filter(str.isascii, plain))
    if kept:
        yield _Piece(kept, note=f"{word} is read as letters without a tone")
    yield from (_Piece(one, lost=True) for one in plain if not one.isascii())


def _join(parts: Iterable[str]) -> str:
    """The parts with spaces between them, none before a mark that closes or between characters."""
    joined: list[str] = []
    last = ""
    for part in parts:
        characters = not (part.isascii() or last.isascii())
        if joined and last not in _OPENING and part[0] not in _CLOSING and not characters:
            joined.append(" ")
        joined.append(part)
        last = part[-1]
    return "".join(joined)
