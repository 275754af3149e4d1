"""What a voice learns to say, in pieces: symbols, pairs of letters, sounds, pairs of sounds."""

from collections.abc import Callable, Mapping
from itertools import pairwise

from .lexicon import without_stress
from .spoken import Spoken

Units = tuple[str, ...]


def symbols_of(spoken: Spoken) -> Units:
    """The symbols that are read, without the spaces."""
    return tuple(symbol for symbol in spoken.encoding.symbols if symbol != " ")


def pairs_of(spoken: Spoken) -> Units:
    """Two letters next to each other in a word, for all of them."""
    words = (word for word in spoken.words if not word.startswith("{"))
    pairs = (first + second for word in words for first, second in pairwise(word))
    return tuple(pair for pair in pairs if pair.isalpha())


def phonemes_of(spoken: Spoken) -> Units | None:
    """The sounds without their stress; None where they cannot be told."""
    return None if spoken.phonemes is None else without_stress(spoken.phonemes)


def diphones_of(spoken: Spoken) -> Units | None:
    """Two sounds in a row, from one word to the next too; None where they cannot be told."""
    phonemes = phonemes_of(spoken)
    return None if phonemes is None else tuple(map("-".join, pairwise(phonemes)))


UNITS: Mapping[str, Callable[[Spoken], Units | None]] = {
    "symbols": symbols_of,
    "letter_pairs": pairs_of,
    "phonemes": phonemes_of,
    "diphones": diphones_of,
}
