"""Letters of scripts that are written without spaces, or in which a letter is a syllable."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from .split import is_mark

_UNSPACED = (
    *("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC", "BOPOMOFO"),
    *("THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"),
)
# Words of Chinese and Japanese have two letters on average; clauses have many more.
MEAN_LETTERS = 4.5


@lru_cache(maxsize=4096)
def is_unspaced_letter(letter: str) -> bool:
    """Whether its script puts no spaces between words."""
    return unicodedata.name(letter, "").partition(" ")[0] in _UNSPACED


def is_unspaced(words: Sequence[str]) -> bool:
    """Whether what spaces separate are no words, but clauses of a script without spaces."""
    own = [word for word in words if any(map(is_unspaced_letter, word))]
    letters = sum(len(plain_letters(word)) for word in own)
    return 2 * len(own) > len(words) and letters > MEAN_LETTERS * len(own)


def is_whole_word(letter: str) -> bool:
    """Whether a letter alone may be a word: those of alphabets with case are read by their names.

    Those of Chinese, Korean or Hindi are syllables.
    """
    return unicodedata.category(letter) == "Lo"


def plain_letters(text: str) -> tuple[str, ...]:
    """The letters and digits of a text."""
    return tuple(letter for letter in text if letter.isalnum())


def letter_pairs(word: str) -> tuple[str, ...]:
    """All pairs of neighbouring letters of a word; the letter where it is one."""
    letters = [letter for letter in word if letter.isalnum() or is_mark(letter)]
    return tuple(map("".join, pairwise(letters))) if len(letters) > 1 else tuple(letters)
