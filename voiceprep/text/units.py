"""The units that a voice learns: symbols, pairs of symbols, phonemes, diphones."""

from collections.abc import Callable, Mapping
from itertools import pairwise

from .lexicon import without_stress
from .split import is_mark
from .spoken import SpokenText

Units = tuple[str, ...]


def symbols_of(spoken: SpokenText) -> Units:
    """The symbols without the spaces."""
    return tuple(symbol for symbol in spoken.encoding.symbols if symbol != " ")


def pairs_of(spoken: SpokenText) -> Units:
    """All pairs of neighbouring symbols within words, without marks and ARPAbet.

    Those of ARPAbet are the diphones.
    """
    pairs = pairwise(spoken.encoding.symbols)
    return tuple(_join(*pair) for pair in pairs if all(map(_is_letter, pair)))


def phonemes_of(spoken: SpokenText) -> Units | None:
    """The phonemes without their stress; None where they are unknown."""
    return None if spoken.phonemes is None else without_stress(spoken.phonemes)


def diphones_of(spoken: SpokenText) -> Units | None:
    """All pairs of neighbouring phonemes, across words too; None where they are unknown."""
    phonemes = phonemes_of(spoken)
    return None if phonemes is None else tuple(map("-".join, pairwise(phonemes)))


def _is_letter(symbol: str) -> bool:
    """Whether a symbol is said; marks above and below letters are."""
    return all(one.isalnum() or is_mark(one) for one in symbol)


def _join(first: str, second: str) -> str:
    return first + second if len(first) == len(second) == 1 else f"{first}-{second}"


UNITS: Mapping[str, Callable[[SpokenText], Units | None]] = {
    "symbols": symbols_of,
    "letter_pairs": pairs_of,
    "phonemes": phonemes_of,
    "diphones": diphones_of,
}
