"""A text and how long it takes to say: what the checks of a clip's and of a set's texts read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from .arpabet import join_braces, split_braces
from .encode import Encoding
from .lexicon import Lexicon, look_up
from .split import text_key

# What stands between two words, and what stands at the ends of one without being part of it.
_GAP = re.compile(r"[\s\-–—/…]+")
_EDGES = '.,;:!?"()[]<>«»“”„¿¡*。、，！？'


@dataclass(frozen=True)
class Spoken:
    """A text as it is read, the seconds that its speech takes, and a lexicon where there is one.

    `seconds` go from the first sound to the last, without the silence around them; None where
    they are not known.
    """

    encoding: Encoding
    seconds: float | None = None
    lexicon: Lexicon | None = field(default=None, repr=False, compare=False)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words that are read, numbers spelled out; sounds in braces make one word."""
        return split_words(self.encoding.cleaned)

    @cached_property
    def phonemes(self) -> tuple[str, ...] | None:
        """The sounds of all words; None without a lexicon, and where it lacks a word."""
        if self.lexicon is None:
            return None
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
        """What two spellings of one sentence have in common; "" where nothing is read."""
        return text_key(self.encoding.cleaned)

    @property
    def length(self) -> int:
        """The symbols that are read."""
        return len(self.encoding.symbols)


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text in its own case, without the marks around them; sounds make a word."""
    words: list[str] = []
    for plain, sounds in split_braces(text):
        words += _plain_words(plain)
        words += [join_braces(sounds)] if sounds else []
    return tuple(words)


def _plain_words(text: str) -> Iterator[str]:
    pieces = (piece.strip(_EDGES) for piece in _GAP.split(text))
    return (piece for piece in pieces if any(map(str.isalnum, piece)))
