"""The pronunciation of a word from that of its parts: a stem and an ending, a prefix, two words.

Endings and prefixes are those that read words left out of the CMU dictionary better than the letter
rules do. Compounds do so for ordinary words, not for the surnames that the dictionary is full of.
"""

from collections.abc import Callable, Iterator

Sounds = tuple[str, ...]
Find = Callable[[str], Sounds | None]
"""The pronunciation of a known word."""

_VOICELESS = frozenset(("P", "T", "K", "F", "TH", "S", "SH", "CH"))
_SIBILANTS = frozenset(("S", "Z", "SH", "ZH", "CH", "JH"))
_DENTALS = frozenset(("T", "D"))

_ENDINGS = {
    "able": "AH0 B AH0 L",
    "hood": "HH UH2 D",
    "less": "L AH0 S",
    "like": "L AY2 K",
    "ment": "M AH0 N T",
    "ness": "N AH0 S",
    "ship": "SH IH2 P",
    "wise": "W AY2 Z",
    "est": "AH0 S T",
    "ful": "F AH0 L",
    "ing": "IH0 NG",
    "ish": "IH0 SH",
    "er": "ER0",
    "ly": "L IY0",
    "ally": "L IY0",
}
_PREFIXES = {
    "anti": "AE2 N T IY0",
    "inter": "IH2 N T ER0",
    "multi": "M AH2 L T IY0",
    "non": "N AA0 N",
    "sub": "S AH0 B",
    "un": "AH0 N",
}
_SHORT_FORMS = {"'d": "D", "'ll": "L", "'m": "M", "'re": "ER0", "'ve": "V", "n't": "N T"}
_DOUBLED = "bdgklmnprstvz"
# Letters of the shortest stem, of the shortest part of a compound, and of a shortest compound.
_STEM, _PART, _COMPOUND = 3, 4, 9
# No longer word is taken apart; what is longer is no word.
_LONGEST = 60


def add_s(stem: Sounds) -> Sounds:
    """The plural and the possessive."""
    if stem[-1] in _SIBILANTS:
        return (*stem, "IH0", "Z")
    return (*stem, "S" if stem[-1] in _VOICELESS else "Z")


def add_ed(stem: Sounds) -> Sounds:
    """The past."""
    if stem[-1] in _DENTALS:
        return (*stem, "IH0", "D")
    return (*stem, "T" if stem[-1] in _VOICELESS else "D")


def add_short_form(stem: Sounds, form: str) -> Sounds:
    """A word with a short form of another after it, such as 'll."""
    sounds = _SHORT_FORMS[form].split()
    schwa = sounds != ["ER0"] and not stem[-1][-1].isdigit()
    return (*stem, *(["AH0"] if schwa else []), *sounds)


def split_apostrophe(word: str) -> tuple[str, str]:
    """The stem of a word, without apostrophes, and its ending: 's, a short form, or nothing."""
    bare = word.strip("'")
    for ending in ("'s", *_SHORT_FORMS):
        if bare.lower().endswith(ending) and len(bare) > len(ending):
            return bare[: -len(ending)].replace("'", ""), ending
    return bare.replace("'", ""), ""


def read_parts(word: str, find: Find) -> Sounds | None:
    """The pronunciation of a word in lower case from its parts; None where they are unknown."""
    if len(word) > _LONGEST:
        return None
    return _read_ending(word, find) or _read_prefix(word, find) or _read_compound(word, find)


def _read_ending(word: str, find: Find) -> Sounds | None:
    if word.endswith("s") and not word.endswith("ss"):
        stem = _find_stem((word[:-1], *_without(word, "es", ""), *_without(word, "ies", "y")), find)
        if stem:
            return add_s(stem)
    if word.endswith("ed"):
        stem = _find_stem(_stems(word[:-2], before_vowel=True), find)
        if stem:
            return add_ed(stem)
    for ending, sounds in _ENDINGS.items():
        if word.endswith(ending):
            stem = _find_stem(
                _stems(word[: -len(ending)], ending[0] in "ei" or ending == "able"), find
            )
            if stem:
                joined = stem[-1] == sounds[0] == "L"
                return (*stem[: -1 if joined else None], *sounds.split())
    return None


def _find_stem(stems: Iterator[str] | tuple[str, ...], find: Find) -> Sounds | None:
    found = (find(stem) for stem in stems if len(stem) >= _STEM)
    return next(filter(None, found), None)


def _without(word: str, ending: str, instead: str) -> tuple[str, ...]:
    return (word[: -len(ending)] + instead,) if word.endswith(ending) else ()


def _stems(base: str, before_vowel: bool) -> Iterator[str]:
    """The words that a stem may be spelled as before an ending: stopp- is stop, mak- is make."""
    yield base
    if before_vowel:
        if base[-2:-1] == base[-1:] and base[-1:] in _DOUBLED:
            yield base[:-1]
        yield base + "e"
    if base.endswith("i"):
        yield base[:-1] + "y"


def _read_prefix(word: str, find: Find) -> Sounds | None:
    for prefix, sounds in _PREFIXES.items():
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) >= _STEM:
            found = find(rest) or _read_ending(rest, find)
            if found:
                return (*sounds.split(), *found)
    return None


def _read_compound(word: str, find: Find) -> Sounds | None:
    """The first word keeps its stress; the split nearest to the middle counts."""
    places = range(_PART, len(word) - _PART + 1) if len(word) >= _COMPOUND else ()
    for place in sorted(places, key=lambda place: abs(2 * place - len(word))):
        first, second = find(word[:place]), find(word[place:])
        if first and second:
            return (*first, *(sound.replace("1", "2") for sound in second))
    return None
