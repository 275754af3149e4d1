"""The units that a voice learns: symbols, pairs of letters, phonemes, diphones."""

from collections.abc import Callable, Mapping
from itertools import pairwise

from .lexicon import without_stress
from .spoken import SpokenText

Units = tuple[str, ...]


def symbols_of(spoken: SpokenText) -> Units:
    """The symbols without the spaces."""
    return tuple(symbol for symbol in spoken.encoding.symbols if symbol != " ")


def pairs_of(spoken: SpokenText) -> Units:
    """All pairs of neighbouring letters within words."""
    words = (word for word in spoken.words if not word.startswith("{"))
    pairs = (first + second for word in words for first, second in pairwise(word))
    return tuple(pair for pair in pairs if pair.isalpha())


def phonemes_of(spoken: SpokenText) -> Units | None:
    """The phonemes without their stress; None where they are unknown."""
    return None if spoken.phonemes is None else without_stress(spoken.phonemes)


def diphones_of(spoken: SpokenText) -> Units | None:
    """All pairs of neighbouring phonemes, across words too; None where they are unknown."""
    phonemes = phonemes_of(spoken)
    return None if phonemes is None else tuple(map("-".join, pairwise(phonemes)))


UNITS: Mapping[str, Callable[[SpokenText], Units | None]] = {
    "symbols": symbols_of,
    "letter_pairs": pairs_of,
    "phonemes": phonemes_of,
    "diphones": diphones_of,
}
