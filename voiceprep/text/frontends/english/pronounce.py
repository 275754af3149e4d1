"""The pronunciation of one English word, and how it was found."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ...lexicon import Lexicon
from .dictionary import Dictionary
from .letter_rules import apply_rules
from .parts import Sounds, add_s, add_short_form, read_parts, split_apostrophe

KNOWN = ""
BY_PARTS = "by its parts"
BY_LETTERS = "by its letters"
BY_RULES = "by the rules"

_CACHED = 2**16
_VOWEL = re.compile("[aeiouy]", re.IGNORECASE)
_CAPITALS = re.compile("[A-Z]{2,}")
# The longest word in capitals that is taken for an abbreviation where it has a vowel.
_SHORT = 3
# Where a word begins inside another: PyTorch, iPhone.
_HUMP = re.compile("(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Pronunciation:
    """Phonemes, and how they were found where no dictionary has the word."""

    sounds: Sounds
    how: str = KNOWN


class Pronouncer:
    """Pronounces words as typed: by the user's lexicon, the dictionary, or a guess."""

    def __init__(self, lexicon: Lexicon, dictionary: Dictionary) -> None:
        self._lexicon, self._dictionary = lexicon, dictionary
        self.pronounce = lru_cache(_CACHED)(self._pronounce)

    def find(self, word: str) -> Sounds | None:
        """The pronunciation of a word in lower case; None where no dictionary has it."""
        return self._lexicon.get(word) or self._dictionary.find(word)

    def find_typed(self, word: str) -> Sounds | None:
        """That of a word as typed, with or without apostrophes at its ends."""
        word = word.lower()
        bare = word.strip("'")
        quoted = word[:1] == word[-1:] == "'"
        spellings = (bare,) if quoted else (word, word.rstrip("'"), word.lstrip("'"), bare)
        for find in (self._lexicon.get, self._dictionary.find):
            found = next(filter(None, map(find, spellings)), None)
            if found:
                return found
        return None

    def _pronounce(self, word: str) -> Pronunciation:
        """The pronunciation of a word of ASCII letters with apostrophes, or dots: `U.S.`"""
        found = self._find_abbreviation(word) or self.find_typed(word)
        if found:
            return Pronunciation(found)
        stem, ending = split_apostrophe(word)
        base = self._pronounce_stem(stem)
        if not ending:
            return base
        add = add_s(base.sounds) if ending == "'s" else add_short_form(base.sounds, ending)
        return Pronunciation(add, base.how)

    def _pronounce_stem(self, stem: str) -> Pronunciation:
        found = self._find_abbreviation(stem) or self.find_typed(stem)
        return Pronunciation(found) if found else self._guess(stem)

    def _find_abbreviation(self, word: str) -> Sounds | None:
        """That of `U.S.`, and of `US` in capitals where a dictionary has `u.s.`"""
        if "'" in word:
            return None
        letters = word.lower().replace(".", "")
        found = self.find(".".join(letters) + ".")
        if "." in word:
            return found or self._spell(letters)
        return self._lexicon.get(letters) or found if _CAPITALS.fullmatch(word) else None

    def _guess(self, word: str) -> Pronunciation:
        """The pronunciation of a word of letters that no dictionary has."""
        plural = word[-1:] == "s" and _CAPITALS.fullmatch(word[:-1])
        letters = word[:-1] if plural else word
        short = _CAPITALS.fullmatch(letters) and len(letters) <= _SHORT
        if short or not _VOWEL.search(letters):
            spelled = self._spell(letters.lower())
            return Pronunciation(add_s(spelled) if plural else spelled, BY_LETTERS)
        humps = _HUMP.split(word)
        if len(humps) > 1:
            of_each = (self._pronounce_stem(hump).sounds for hump in humps)
            return Pronunciation(sum(of_each, ()), BY_PARTS)
        of_parts = read_parts(word.lower(), self.find)
        if of_parts:
            return Pronunciation(of_parts, BY_PARTS)
        return Pronunciation(apply_rules(word.lower()), BY_RULES)

    def _spell(self, letters: str) -> Sounds:
        names = (self._dictionary.find(f"{letter}.") or () for letter in letters)
        return sum(names, ())
