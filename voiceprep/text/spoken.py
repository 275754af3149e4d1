"""A text with the length of its speech, for the checks of clips and of sets."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from .arpabet import join_braces, split_braces
from .encode import Encoding
from .lexicon import Lexicon, look_up
from .marks import EDGES
from .scripts import is_unspaced, letter_pairs, plain_letters
from .split import text_key
from .symbols import SOUND

# What separates two words. Marks of scripts without spaces do so too.
_GAP = re.compile(r"[\s\-–—/…、。，；：！？「」『』（）《》【】・]+")
_COLON = re.compile(r"([^\x00-\x7f]):")


@dataclass(frozen=True)
class SpokenText:
    """An encoded text, the seconds of its speech, and a lexicon where there is one.

    `seconds` are without the silence at both ends; None where they are unknown.
    """

    encoding: Encoding
    seconds: float | None = None
    lexicon: Lexicon | None = field(default=None, repr=False, compare=False)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the cleaned text; phonemes in braces are one word."""
        return split_words(self.encoding.cleaned)

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """What two texts are compared by: words, or pairs of letters where spaces part no words."""
        if not is_unspaced(self.words):
            return self.words
        return tuple(pair for word in self.words for pair in letter_pairs(word))

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """What the length of a text is told in: words, or letters where spaces part no words."""
        if not is_unspaced(self.words):
            return self.words
        return tuple(letter for word in self.words for letter in plain_letters(word))

    @cached_property
    def phonemes(self) -> tuple[str, ...] | None:
        """The phonemes of all words, read by the front end or found in the lexicon.

        None without a lexicon, and where it lacks a word.
        """
        if self.lexicon is None:
            return _read_phonemes(self.encoding.symbols)
        phonemes: list[str] = []
        for plain, sounds in split_braces(self.encoding.cleaned):
            for word in _plain_words(plain):
                found = look_up(self.lexicon, word)
                if found is None:
                    return None
                phonemes += found
            phonemes += sounds
        return tuple(phonemes)

    @cached_property
    def key(self) -> str:
        """The letters and digits of the text; equal for two spellings of one sentence.

        They are those of the cleaned text, which spells numbers out, and then those that are no
        ASCII letter as typed: a cleaner reads "ñu" and "nu", or two letters of another script,
        alike.
        """
        typed = text_key(_COLON.sub(_visarga, self.encoding.text))
        typed = "".join(letter for letter in typed if not letter.isascii())
        return text_key(self.encoding.cleaned) + typed

    @property
    def length(self) -> int:
        """The number of symbols."""
        return len(self.encoding.symbols)


def _read_phonemes(symbols: tuple[str, ...]) -> tuple[str, ...] | None:
    """The phonemes of a text of which the model reads nothing else, but for marks."""
    sounds = tuple(one.removeprefix(SOUND) for one in symbols if one.startswith(SOUND))
    others = any(one.isalnum() for one in symbols)
    return None if others or not sounds else sounds


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text without the marks around them; phonemes in braces are one word."""
    words: list[str] = []
    for plain, sounds in split_braces(text):
        words += _plain_words(plain)
        words += [join_braces(sounds)] if sounds else []
    return tuple(words)


def _plain_words(text: str) -> Iterator[str]:
    pieces = (piece.strip(EDGES) for piece in _GAP.split(text))
    return (piece for piece in pieces if any(map(str.isalnum, piece)))


def _visarga(colon: re.Match[str]) -> str:
    """The letter with a visarga, which is often typed as a colon, where its script has one."""
    script = unicodedata.name(colon[1], "").partition(" ")[0]
    try:
        return colon[1] + unicodedata.lookup(f"{script} SIGN VISARGA")
    except KeyError:
        return colon[0]
