"""ARPAbet: the sounds of English, and where a text gives them in curly braces."""

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
"""The 84 sounds as the CMU dictionary names them, vowels with and without their stress."""

# One character at least, as checkpoints were trained: the first brace of "{}" closes nothing.
_BRACES = re.compile(r"\{(.+?)\}", re.DOTALL)


def split_braces(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The stretches of plain text, in order, each with the sounds in the braces that follow it.

    The sounds are as they were typed, known or not; the last stretch has none.
    """
    end = 0
    # Up to the last brace that closes: every one that opens before it is closed, none is in vain.
    for braces in _BRACES.finditer(text, 0, text.rfind("}") + 1):
        yield text[end : braces.start()], tuple(braces[1].split())
        end = braces.end()
    yield text[end:], ()


def join_braces(sounds: tuple[str, ...]) -> str:
    """The sounds as they stand in a text, in one pair of braces; no sounds, no braces."""
    return "{" + " ".join(sounds) + "}" if sounds else ""
