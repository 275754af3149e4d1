"""IPA by the program espeak-ng, for a hundred languages, with stress and punctuation.

The program runs as a process of its own; nothing of it is linked or imported.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Self

from ...errors import SettingError, nearest, shorten
from ...tools import espeak_version, espeak_voices
from ..cleaners import join_spaces
from ..encode import Encoding, TextConfig
from ..rewrites import DROPPED, Rewrite
from .base import FrontendState, TextFrontend, check_version
from .espeak_pieces import Mark, Piece, split_pieces
from .espeak_reading import read_pieces
from .espeak_symbols import STRESS, SYMBOLS, spell_phonemes

# espeak-ng prints the language of the words that follow, where it changes.
_LANGUAGE = re.compile(r"\(([a-z][\w-]*)\)")
# They change how letters join: Persian and the scripts of India need them.
_JOINERS = "\u200c\u200d"
# They choose between two pictures of the character before them.
_SELECTORS = "\ufe0e\ufe0f"
# Emoji and other pictures begin here. espeak-ng has names for them in some languages only; of
# several in a row it reads a part, or phonemes of what it read before.
_FIRST_PICTURE = "\u2150"
# Mandarin and Cantonese.
_HAN_LANGUAGES = ("cmn", "yue", "zh")
_HAN = ("CJK ", "IDEOGRAPHIC ")
# Nothing is read for these, and nothing is lost.
_SILENT = " '-\u02bc" + _JOINERS
# So much of a text is quoted in a note.
_QUOTED = 40


@dataclass(frozen=True)
class EspeakFrontend(TextFrontend):
    """See the module. `program` is the espeak-ng that the voice was made with."""

    name = "espeak"
    version = 1
    language: str
    stress: bool
    program: str
    symbols: tuple[str, ...] = SYMBOLS
    notes: tuple[str, ...] = ()

    @classmethod
    def from_config(cls, config: TextConfig, texts: Iterable[str]) -> Self:  # noqa: ARG003
        """See TextFrontend."""
        language = config.language.lower()
        _require_voice(language)
        if read_pieces(["1"], language) == [None]:
            raise SettingError(f"espeak-ng lists the language {language}, and fails on it")
        return cls(language, config.stress, _program())

    @classmethod
    def from_state(cls, state: FrontendState) -> Self:
        """See TextFrontend. Another espeak-ng than the voice was made with is in its notes."""
        check_version(cls, state)
        options = dict(state.options)
        language, stress = str(options.get("language", "")), bool(options.get("stress", True))
        other = f"{_program()} reads the texts, the voice was made with {state.dictionary}"
        notes = () if state.dictionary == _program() else (other,)
        return cls(language, stress, state.dictionary, state.symbols, notes)

    @property
    def state(self) -> FrontendState:
        """See TextFrontend."""
        options = (("language", self.language), ("stress", self.stress))
        return FrontendState(
            self.name, self.version, options, self.symbols, dictionary=self.program
        )

    def encode(self, text: str) -> Encoding:
        """See TextFrontend. It takes a process; `encode_all` takes one for many texts."""
        return self.encode_all([text])[0]

    def encode_all(self, texts: Sequence[str]) -> list[Encoding]:
        """See TextFrontend."""
        _require_voice(self.language)
        sources = [_Source(text, self.language) for text in texts]
        pieces = [part.text for one in sources for part in one.parts if isinstance(part, Piece)]
        answers = iter(read_pieces(pieces, self.language))
        return [self._encoding(one, _Reading(one.parts, answers)) for one in sources]

    def _encoding(self, source: "_Source", read: "_Reading") -> Encoding:
        ids = self._ids
        wanted = [one for one in read.symbols if self.stress or one not in STRESS]
        symbols = tuple(one for one in wanted if one in ids)
        unknown = (*source.lost, *read.lost, *(one for one in wanted if one not in ids))
        return Encoding(
            source.text,
            source.cleaned,
            symbols,
            tuple(map(ids.__getitem__, symbols)),
            unknown,
            tuple(Rewrite(one, DROPPED, one, "") for one in unknown),
            (("phonemes", "".join(symbols)),),
            tuple(dict.fromkeys(read.notes)),
        )

    @cached_property
    def _ids(self) -> dict[str, int]:
        """The id of each symbol that a text may have: all but the pad."""
        return {symbol: number for number, symbol in enumerate(self.symbols) if number}


class _Source:
    """A text, what of it is lost before it is read, and its pieces and marks."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.cleaned, dropped = _normalise(text)
        readable, han = _without_han(self.cleaned, language)
        self.lost = (*dropped, *han)
        self.parts = split_pieces(readable)


class _Reading:
    """The symbols of a text's pieces and marks, what of it is lost, and what is to be told."""

    def __init__(self, parts: list[Mark | Piece], answers: Iterator[str | None]) -> None:
        self.lost: list[str] = []
        self.notes: list[str] = []
        spelled = ""
        for part in parts:
            spelled += part.symbol if isinstance(part, Mark) else self._read(part, next(answers))
        self.symbols = join_spaces(spelled).strip()

    def _read(self, piece: Piece, answer: str | None) -> str:
        """The phonemes of a piece."""
        quoted = repr(shorten(piece.text, _QUOTED))
        if answer is None:
            self.notes.append(f"espeak-ng fails on {quoted}")
        if piece.cut:
            self.notes.append(f"a word is too long for espeak-ng, and cut: {quoted}")
        languages = _LANGUAGE.findall(answer or "")
        # The last one is the voice's own.
        others = sorted({*languages} - {*languages[-1:]})
        if others:
            self.notes.append(f"espeak-ng reads a part of {quoted} as {', '.join(others)}")
        phonemes = join_spaces(spell_phonemes(_LANGUAGE.sub("", answer or ""))).strip()
        if not phonemes:
            self.lost += (one for one in piece.text if one not in _SILENT)
        return phonemes


def _program() -> str:
    return f"espeak-ng {espeak_version()}"


def _require_voice(language: str) -> None:
    """Raise SettingError for a language that espeak-ng has no voice of, with the nearest."""
    if not language:
        raise SettingError(
            "the front end espeak needs a language, such as --language fr: "
            "espeak-ng --voices lists all",
            "language",
        )
    voices = espeak_voices()
    if language not in voices:
        hint = nearest(language, list(voices))
        raise SettingError(f"espeak-ng has no language {language!r}: {hint}", "language")


def _normalise(text: str) -> tuple[str, list[str]]:
    """The text in NFC with single spaces, and the characters that no program can read."""
    kept, lost = "", []
    for character in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(character)
        if character in _SELECTORS or (kind == "Cf" and character not in _JOINERS):
            continue
        picture = kind in ("So", "Sk") and character >= _FIRST_PICTURE
        if character.isspace() or kind == "Cf" or not (kind[0] == "C" or picture):
            kept += character
        else:
            lost.append(character)
    return join_spaces(kept).strip(), lost


def _without_han(cleaned: str, language: str) -> tuple[str, list[str]]:
    """A text without the Han characters that a language's voice cannot read, and these.

    It would drop some of them, and spell others: "Chinese letter".
    """
    if cleaned.isascii() or language.startswith(_HAN_LANGUAGES):
        return cleaned, []
    han = [one for one in cleaned if one.isalpha() and _name(one).startswith(_HAN)]
    return (join_spaces(cleaned.translate(dict.fromkeys(map(ord, han)))).strip(), han)


@lru_cache(maxsize=4096)
def _name(character: str) -> str:
    return unicodedata.name(character, "")
