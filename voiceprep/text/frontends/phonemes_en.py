"""A front end for English as ARPAbet: the user's lexicon, the CMU dictionary, then guesses.

Its symbols are those of NVIDIA's checkpoints with the same ids, so that each reads what the other
writes: the stage `phonemes` is a text in braces, which both front ends read alike.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from ...errors import SettingError
from ..arpabet import ARPABET, join_braces, split_braces
from ..cleaners import join_spaces, to_ascii
from ..encode import Encoding, TextConfig
from ..lexicon import read_lexicon, without_stress
from ..rewrites import DROPPED, Rewrite, find_rewrites
from ..symbols import READ, SOUND, SYMBOL_IDS, SYMBOLS
from .base import FrontendState, Pairs, TextFrontend, check_version
from .english.dictionary import load_dictionary
from .english.pronounce import Pronouncer
from .english.words import clean_words, is_shouted, normalise, split_tokens

_PHONEMES = frozenset(ARPABET)
# An apostrophe is a part of a word, or a quotation mark, which has no sound.
_MARKS = frozenset(one for one in READ if len(one) == 1 and not one.isalpha()) - {"'"}
# What may close a sentence after its last stop.
_CLOSING = " '\")]"

Piece = str | tuple[str, ...]
"""A mark as itself, or the phonemes of a word."""


@dataclass(frozen=True)
class EnglishPhonemesFrontend(TextFrontend):
    """See the module."""

    name = "phonemes-en"
    version = 1
    symbols = SYMBOLS
    pronunciations: Pairs = ()
    stress: bool = True

    @classmethod
    def from_config(cls, config: TextConfig, texts: Iterable[str]) -> Self:  # noqa: ARG003
        """See TextFrontend."""
        if not config.pronunciations:
            return cls((), config.stress)
        own: dict[str, str] = {}
        for word, sounds in read_lexicon(Path(config.pronunciations)).items():
            own.setdefault(to_ascii(word).lower(), " ".join(sounds))
        return cls(tuple(sorted(own.items())), config.stress)

    @classmethod
    def from_state(cls, state: FrontendState) -> Self:
        """See TextFrontend."""
        check_version(cls, state)
        if state.dictionary != load_dictionary().hash:
            raise SettingError(
                f"the front end {cls.name} of the checkpoint has another edition of the CMU "
                "dictionary than this voiceprep: it would read texts differently"
            )
        for word, sounds in state.pronunciations:
            if not sounds.split() or not _PHONEMES.issuperset(sounds.split()):
                raise SettingError(f"pronunciations: {word} has other phonemes than ARPAbet's")
        return cls(state.pronunciations, bool(dict(state.options).get("stress", True)))

    @property
    def state(self) -> FrontendState:
        """See TextFrontend."""
        return FrontendState(
            self.name,
            self.version,
            (("stress", self.stress),),
            self.symbols,
            self.pronunciations,
            load_dictionary().hash,
        )

    def encode(self, text: str) -> Encoding:
        """See TextFrontend."""
        spans = list(split_braces(text))
        shouted = is_shouted(" ".join(plain for plain, _ in spans))
        cleaned: list[str] = []
        pieces: list[Piece] = []
        rewrites: list[Rewrite] = []
        notes: dict[str, None] = {}
        for plain, sounds in spans:
            words = normalise(plain)
            cleaned += (words.lower(), join_braces(sounds))
            rewrites += find_rewrites(plain, words.lower(), clean_words)
            pieces += self._read(words.lower() if shouted else words, notes)
            known = self._stressed(sound for sound in sounds if sound in _PHONEMES)
            pieces.append(known)
            rewrites += (
                Rewrite(join_braces((one,)), DROPPED, join_braces(sounds), join_braces(known))
                for one in sounds
                if one not in _PHONEMES
            )
        read = "".join(piece if isinstance(piece, str) else join_braces(piece) for piece in pieces)
        read = join_spaces(read)
        symbols = tuple(_symbols(read))
        return Encoding(
            text,
            "".join(cleaned),
            symbols,
            tuple(map(SYMBOL_IDS.__getitem__, symbols)),
            tuple(one.what for one in rewrites if one.dropped),
            tuple(rewrites),
            (("phonemes", read),),
            tuple(notes),
        )

    @cached_property
    def _pronouncer(self) -> Pronouncer:
        lexicon = {word: tuple(sounds.split()) for word, sounds in self.pronunciations}
        return Pronouncer(lexicon, load_dictionary())

    def _stressed(self, sounds: Iterable[str]) -> tuple[str, ...]:
        return tuple(sounds) if self.stress else without_stress(sounds)

    def _read(self, words: str, notes: dict[str, None]) -> Iterator[Piece]:
        """The pieces of a normalised text; `notes` is given a line for each word guessed."""
        tokens = split_tokens(words)
        for place, token in enumerate(tokens):
            if token in _MARKS:
                yield token
            elif "-" in token[1:] and not self._pronouncer.find_typed(token):
                for number, part in enumerate(token.split("-")):
                    yield from ["-"] if number else []
                    yield self._pronounce(part, notes)
            elif any(map(str.isalpha, token)):
                yield self._pronounce(token, notes)
                # The stop of an abbreviation at the end is that of the sentence too.
                if token.endswith(".") and not "".join(tokens[place + 1 :]).strip(_CLOSING):
                    yield "."

    def _pronounce(self, word: str, notes: dict[str, None]) -> tuple[str, ...]:
        found = self._pronouncer.pronounce(word)
        sounds = self._stressed(found.sounds)
        if found.how:
            notes[f"{word.strip(chr(39))}: {' '.join(sounds)} {found.how}"] = None
        return sounds


def _symbols(read: str) -> Iterator[str]:
    """The symbols of marks and phonemes in braces."""
    for plain, sounds in split_braces(read):
        yield from plain
        yield from (SOUND + sound for sound in sounds)
