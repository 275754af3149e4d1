"""The sound changes of Korean, by the articles of the Standard Pronunciation (표준 발음법, 1988).

Words whose changes the spelling does not show are first respelt (`ko_words`); then each coda and
the onset after it change by one table of pairs. A word is what stands between two spaces.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from .ko_words import respell

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
SPOKEN_FINALS = "ㄱㄴㄷㄹㅁㅂㅇ"
_INITIAL, _FINAL = 0x1100, 0x11A8
_NONE = "-"
# 이 and 히 stand for ㅇ and ㅎ before ㅣ and ㅕ.
_ANY = INITIALS + "이히" + _NONE
_PALATAL = "\u1175\u1167"
_LAX, _TENSE = "ㄱㄷㅂㅅㅈ", "ㄲㄸㅃㅆㅉ"


class Rule(NamedTuple):
    """A coda and the onset after it: letter by letter, what they are and what they become.

    One letter alone stands for as many as are needed; `-` is no coda, or the end of a word.
    """

    article: str
    codas: str
    spoken_codas: str
    onsets: str
    spoken_onsets: str

    def apply(self, coda: str, onset: str) -> tuple[str, str]:
        """The pair after this rule."""
        if coda not in self.codas or onset not in self.onsets:
            return coda, onset
        codas = self.spoken_codas.ljust(len(self.codas), self.spoken_codas[-1])
        onsets = self.spoken_onsets.ljust(len(self.onsets), self.spoken_onsets[-1])
        return codas[self.codas.index(coda)], onsets[self.onsets.index(onset)]


# In this order; each sees what those before it have left.
RULES = (
    Rule("17", "ㄷ", "-", "이히", "ㅈㅊ"),
    Rule("17", "ㅌㄾ", "-ㄹ", "이", "ㅊ"),
    Rule("12.1", "ㅈㄵ", "-ㄴ", "히", "ㅊ"),
    # Elsewhere the vowel changes nothing.
    Rule("", FINALS, FINALS, "이히", "ㅇㅎ"),
    Rule("12.1", "ㅎㄶㅀ", "-ㄴㄹ", "ㄱㄷㅈ", "ㅋㅌㅊ"),
    Rule("12.1", "ㄱㄲㅋㄳㄺ", "----ㄹ", "ㅎ", "ㅋ"),
    Rule("12.1", "ㄷㅅㅆㅈㅊㅌㅎㄾ", "-------ㄹ", "ㅎ", "ㅌ"),
    Rule("12.1", "ㅂㅍㅄㄼㄿ", "---ㄹㄹ", "ㅎ", "ㅍ"),
    Rule("12.1", "ㄵ", "ㄴ", "ㅎ", "ㅊ"),
    Rule("12.2", "ㅎㄶㅀ", "-ㄴㄹ", "ㅅ", "ㅆ"),
    Rule("12.3", "ㅎㄶㅀ", "ㄴㄴㄹ", "ㄴ", "ㄴ"),
    Rule("12.4", "ㅎㄶㅀ", "-ㄴㄹ", "ㅇ", "ㅇ"),
    *(Rule("13", coda, "-", "ㅇ", coda) for coda in "ㄱㄲㄴㄷㄹㅁㅂㅅㅆㅈㅊㅋㅌㅍ"),
    *(
        Rule("14", coda, first, "ㅇ", second)
        for coda, first, second in zip(
            "ㄳㄵㄺㄻㄼㄽㄾㄿㅄ", "ㄱㄴㄹㄹㄹㄹㄹㄹㅂ", "ㅆㅈㄱㅁㅂㅆㅌㅍㅆ", strict=True
        )
    ),
    Rule("11", "ㄺ", "ㄹ", "ㄱ", "ㄲ"),
    Rule(
        "23",
        "ㄱㄲㅋㄳㄺㄷㅅㅆㅈㅊㅌㅎㅂㅍㄼㄿㅄ",
        "ㄱㄲㅋㄳㄺㄷㅅㅆㅈㅊㅌㅎㅂㅍㄼㄿㅄ",
        _LAX,
        _TENSE,
    ),
    Rule("24", "ㄵㄻ", "ㄵㄻ", "ㄱㄷㅅㅈ", "ㄲㄸㅆㅉ"),
    Rule("25", "ㄼㄾ", "ㄼㄾ", "ㄱㄷㅅㅈ", "ㄲㄸㅆㅉ"),
    Rule("9", "ㄲㅋㅅㅆㅈㅊㅌㅎㅍ", "ㄱㄱㄷㄷㄷㄷㄷㄷㅂ", _ANY, _ANY),
    Rule("10", "ㄳㄵㄼㄽㄾㅄ", "ㄱㄴㄹㄹㄹㅂ", _ANY, _ANY),
    Rule("11", "ㄺㄻㄿ", "ㄱㅁㅂ", _ANY, _ANY),
    Rule("12.3", "ㄶㅀ", "ㄴㄹ", _ANY, _ANY),
    Rule("18", "ㄱㄷㅂ", "ㅇㄴㅁ", "ㄴㅁ", "ㄴㅁ"),
    Rule("19", "ㄱㄷㅂ", "ㅇㄴㅁ", "ㄹ", "ㄴ"),
    Rule("19", "ㅁㅇ", "ㅁㅇ", "ㄹ", "ㄴ"),
    Rule("20", "ㄴ", "ㄹ", "ㄹ", "ㄹ"),
    Rule("20", "ㄹ", "ㄹ", "ㄴ", "ㄹ"),
)


def speak_pair(coda: str, onset: str) -> tuple[str, str]:
    """A coda and the onset after it as they are pronounced; 이 and 히 as in RULES."""
    for rule in RULES:
        coda, onset = rule.apply(coda, onset)
    return coda, onset


def initial(letter: str) -> str:
    """The conjoining jamo of a letter as an onset; "" for none."""
    return "" if letter == _NONE else chr(_INITIAL + INITIALS.index(letter))


def final(letter: str) -> str:
    """The conjoining jamo of a letter as a coda; "" for none."""
    return "" if letter == _NONE else chr(_FINAL + FINALS.index(letter))


def _pairs() -> Iterator[tuple[str, str]]:
    """Each coda with what may follow, in conjoining jamo, and how it is pronounced."""
    for coda in FINALS:
        yield final(coda), final(speak_pair(coda, _NONE)[0])
        for onset in INITIALS:
            spoken_coda, spoken = speak_pair(coda, onset)
            yield final(coda) + initial(onset), final(spoken_coda) + initial(spoken)
            narrow = {"ㅇ": "이", "ㅎ": "히"}.get(onset, onset)
            spoken_coda, spoken = speak_pair(coda, narrow)
            for vowel in _PALATAL:
                pair = final(spoken_coda) + initial(spoken) + vowel
                yield final(coda) + initial(onset) + vowel, pair


_TABLE = dict(_pairs())
_PAIR = re.compile(f"[\u11a8-\u11c2](?:[\u1100-\u1112][{_PALATAL}]?)?")
# Article 5, proviso 3: ㅢ after a consonant that is its own onset.
_UI = re.compile("(?<=[\u1100-\u110a\u110c-\u1112])\u1174")
# Article 5, proviso 1: 져, 쪄, 쳐.
_YEO = re.compile("(?<=[\u110c-\u110e])\u1167")


def speak(text: str) -> str:
    """A text in Hangul, NFC, as it is pronounced, in Hangul.

    Length (articles 6 and 7) is not marked. Of two pronunciations that the standard allows, it is
    the first, but the coda of 냇가 is kept (article 30.1: [낻까]).
    """
    jamo = _UI.sub("\u1175", unicodedata.normalize("NFD", respell(text)))
    jamo = _PAIR.sub(lambda match: _TABLE[match[0]], jamo)
    return unicodedata.normalize("NFC", _YEO.sub("\u1165", jamo))
