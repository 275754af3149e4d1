"""ARPAbet: the phonemes of English, and how a text gives them in curly braces."""

import re
from collections.abc import Iterator

_VOWELS = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW"
_CONSONANTS = "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH"
_STRESSES = ("", "0", "1", "2")

ARPABET = tuple(
    sorted(
        [vowel + stress for vowel in _VOWELS.split() for stress in _STRESSES] + _CONSONANTS.split()
    )
)
"""The 84 phonemes as the CMU dictionary names them, vowels with and without their stress."""

# At least one character, as checkpoints were trained: "{}" is no pair of braces.
_BRACES = re.compile(r"\{(.+?)\}", re.DOTALL)


def split_braces(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The spans of plain text, in order, each with the phonemes in the braces that follow it.

    The phonemes are as typed, known or not; the last span has none.
    """
    end = 0
    # Up to the last closing brace, so that every search from an opening one succeeds.
    for braces in _BRACES.finditer(text, 0, text.rfind("}") + 1):
        yield text[end : braces.start()], tuple(braces[1].split())
        end = braces.end()
    yield text[end:], ()


def join_braces(sounds: tuple[str, ...]) -> str:
    """The phonemes in one pair of braces, as in a text; "" where there are none."""
    return "{" + " ".join(sounds) + "}" if sounds else ""
