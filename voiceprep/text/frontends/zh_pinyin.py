"""Pinyin as people type it: `ni3 hao3`, `ni3hao3`, `Nǐ hǎo`, `lv4`, `lü4` and `lu:4`."""

import re
import unicodedata
from functools import lru_cache

_FINALS = {
    "": "a ai an ang ao e ei en eng er m n ng hm hng o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng iao o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "l": "a ai an ang ao e ei en eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o ong u",
}
SYLLABLES = frozenset(
    initial + final for initial, finals in _FINALS.items() for final in finals.split()
)
"""The syllables without their tones; ü is v, as keyboards and THCHS-30 have it."""

NEUTRAL = "5"

_MARKS = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0306": "3", "\u0300": "4"}
_UMLAUT, _CIRCUMFLEX = "\u0308", "\u0302"
_PART = re.compile(r"([^'’0-9]+)([1-5]?)['’]?")
# No syllable of a word written without spaces begins with a vowel; there is an apostrophe then.
_VOWELS = "aeo"
_LONGEST = 6
# Longer words are none of pinyin.
_LONGEST_WORD = 64


@lru_cache(maxsize=4096)
def read_pinyin(word: str) -> tuple[str, ...]:
    """The syllables of a word in pinyin, those without a tone as they are; () for another word.

    A single capital letter and a word in capitals, as A4 or BAN3, are none.
    """
    capitals = not word[1:].islower() if len(word.strip("12345")) > 1 else word[:1].isupper()
    if capitals or len(word) > _LONGEST_WORD:
        return ()
    syllables: list[str] = []
    end = 0
    for part in _PART.finditer(word.lower()):
        letters, tones = _separate(part[1])
        found = _split(letters)
        if part.start() != end or not found or (part[2] and (len(found) > 1 or any(tones))):
            return ()
        end = part.end()
        if part[2]:
            syllables.append(_canonical(letters) + part[2])
            continue
        at = 0
        for syllable in found:
            own = "".join(tones[at : at + len(syllable)])
            if len(own) > 1:
                return ()
            syllables.append(_canonical(syllable) + own)
            at += len(syllable)
    return tuple(syllables) if end == len(word) else ()


def has_tone(syllable: str) -> bool:
    """Whether a syllable has its tone."""
    return syllable[-1:].isdigit()


def _separate(letters: str) -> tuple[str, list[str]]:
    """The letters without marks of tones, ü as v, and the tone that stands on each, or ""."""
    plain: list[str] = []
    tones: list[str] = []
    for letter in unicodedata.normalize("NFD", letters):
        if letter in _MARKS and plain:
            tones[-1] += _MARKS[letter]
        elif letter == _UMLAUT and plain and plain[-1] == "u":
            plain[-1] = "v"
        elif letter != _CIRCUMFLEX or plain[-1:] != ["e"]:
            plain.append(letter)
            tones.append("")
    return "".join(plain), tones


@lru_cache(maxsize=4096)
def _split(letters: str) -> tuple[str, ...]:
    """The syllables of letters without spaces, the longest first; () where they are none."""
    for length in range(min(_LONGEST, len(letters)), 0, -1):
        first, rest = letters[:length], letters[length:]
        if not is_syllable(first):
            continue
        if not rest:
            return (first,)
        if rest[0] not in _VOWELS and (others := _split(rest)):
            return (first, *others)
    return ()


def is_syllable(letters: str) -> bool:
    """Whether letters are a syllable, also with the r of erhua (`huar`), or that r alone."""
    plain = _canonical(letters)
    return plain in SYLLABLES or letters == "r" or (plain[-1:] == "r" and plain[:-1] in SYLLABLES)


def _canonical(syllable: str) -> str:
    """The one spelling of a syllable: ju for jü, lve for lue, er for the r of erhua alone."""
    if syllable[:1] in tuple("jqxy"):
        return syllable.replace("v", "u")
    if syllable in ("lue", "nue"):
        return syllable[0] + "ve"
    return "er" if syllable == "r" else syllable
