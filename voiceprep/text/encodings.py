"""The encodings that the bytes of a text may be in, the most plausible first."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from .alphabets import LANGUAGES, Language

WESTERN = "cp1252"
# Nats by which Windows-1252 must be more plausible than any other encoding to be assumed, and the
# most that one of its characters may cost on average.
MARGIN = 2.0
MOST_COST = 4.5
# What an encoding costs by itself, and how much a frequent word of a language is worth.
_USUAL, _UNUSUAL, _WORD = 1.5, 3.0, 1.0
_USUAL_ENCODINGS = {
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp874", "koi8_r", "cp866"),
    *("cp932", "euc_jp", "gb18030", "big5hkscs", "cp949"),
}

# Marks that are common in texts, rarer ones, and what these and all others cost.
_QUOTES = "“”‘’„‚–—…£、。「」，！？"
_MARKS = "«»‹›¿¡€°·§®©™•´½¼¾ºªー\xa0\xad（）：；・～《》『』【】"
_QUOTE_COST, _MARK_COST, _SYMBOL_COST = 1.5, 2.5, 7.0

# What seldom or never happens in or beside a word, in the classes of `_shape`, and what it costs.
_ODDITIES = (
    (re.compile(r"[lmc][MC]|[mc][uMC]"), 4.0),  # a capital after a small letter
    (re.compile(r"[lumM][cCh]|[cCh][lumM]"), 4.0),  # two alphabets
    (re.compile(r"[lumMcC]o+[lumMcC]"), 4.0),
    (re.compile(r"(?<=[lumMcCho])s|s(?=[lumMcCho])"), 4.0),  # a symbol
    (re.compile(r"(?<![lumM])[mM]{2,}(?![lumM])|(?<=[lu])[mM]{3,}"), 3.0),  # accents alone
    (re.compile(r"(?<=[lumMcC])[„‚]|[„‚](?![lumMcCho“‘’»«.…])"), 4.0),  # an opening quote
    (re.compile(r"(?<=[lm])–(?=[lm])"), 4.0),
    (re.compile(r"[qk]{3,}"), 4.0),
)
# Letters that are no words of their own, and one that begins none.
_NO_WORD = re.compile(r"(?<!\w)[ÿñêîâçðþûïëüÿÑÊÎÂÇÐÞÛÏËÜ](?!\w)|(?<!\w)ß")
_NO_WORD_COST = 4.0
# Controls, and characters that are unassigned, private or half of another.
_NO_TEXT = {"Cc", "Cn", "Co", "Cs"}
_CONTROLS = frozenset("\t\n\r\v\f\x1c\x1d\x1e\x85")
_WORDS = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Guess:
    """The text that some bytes are in one encoding, and its cost in nats: the less, the likelier.

    `mean_cost` is that of one character that is not ASCII.
    """

    encoding: str
    text: str
    cost: float
    mean_cost: float


def possible_texts(data: bytes, sample: bytes) -> list[Guess]:
    """Every text that a sample can be, the most plausible first.

    The encodings are those of LANGUAGES in which all of `data` can be; those in which the sample
    is the same text count as one.
    """
    found: dict[str, Guess] = {}
    for encoding in dict.fromkeys(name for row in LANGUAGES for name in row.encodings):
        guess = _guess(data, sample, encoding)
        if guess and found.get(guess.text, guess).cost >= guess.cost:
            found[guess.text] = guess
    return sorted(found.values(), key=lambda row: row.cost)


def is_western(guesses: list[Guess]) -> bool:
    """Whether the text is in Windows-1252 beyond doubt."""
    first = guesses[0] if guesses else None
    if first is None or first.encoding != WESTERN or first.mean_cost > MOST_COST:
        return False
    return len(guesses) < 2 or guesses[1].cost - first.cost >= MARGIN


def text_cost(text: str, encoding: str = "") -> float | None:
    """The cost of a text in the best of the languages of an encoding, by default of all.

    None where it has a character that no text has.
    """
    used = Counter(text)
    kinds = {unicodedata.category(letter) for letter in used.keys() - _CONTROLS}
    if kinds & _NO_TEXT:
        return None
    counts = {letter: count for letter, count in used.items() if not letter.isascii()}
    letters = {letter: count for letter, count in counts.items() if _is_letter(letter)}
    others = sum(_mark_cost(letter) * n for letter, n in counts.items() if letter not in letters)
    shape = _shape(text)
    odd = sum(cost * len(pattern.findall(shape)) for pattern, cost in _ODDITIES)
    odd += _NO_WORD_COST * len(_NO_WORD.findall(text))
    words = Counter(_WORDS.findall(text.lower()))
    languages = [row for row in LANGUAGES if not encoding or encoding in row.encodings]
    return others + odd + min(_language_cost(row, letters, words) for row in languages)


def _guess(data: bytes, sample: bytes, encoding: str) -> Guess | None:
    """The text in one encoding; None where the bytes cannot be text in it."""
    if encoding.startswith("utf_16") and b"\n" in data:
        return None  # in UTF-16 a line break has a zero byte, which is known by itself
    try:
        data.decode(encoding)
        text = sample.decode(encoding, "ignore")  # its end may be half a character
    except UnicodeDecodeError:
        return None
    cost = text_cost(text, encoding)
    if cost is None:
        return None
    count = sum(not letter.isascii() for letter in text)
    usual = _USUAL if encoding in _USUAL_ENCODINGS else _UNUSUAL
    prior = 0.0 if encoding == WESTERN else usual
    return Guess(encoding, text, cost + prior, cost / max(count, 1))


def _language_cost(language: Language, letters: dict[str, int], words: Counter[str]) -> float:
    cost = sum(language.letter_cost(letter) * count for letter, count in letters.items())
    return cost - _WORD * sum(words[word] for word in language.frequent)


def _is_letter(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LM" and letter not in _MARKS


def _mark_cost(mark: str) -> float:
    if mark in _QUOTES:
        return _QUOTE_COST
    return _MARK_COST if mark in _MARKS else _SYMBOL_COST


def _shape(text: str) -> str:
    """A text as classes of characters, see `_class_of`."""
    return text.translate({ord(letter): _class_of(letter) for letter in set(text)})


def _class_of(letter: str) -> str:
    """A class of characters, which stands for them in `_shape`.

    l, u: small and capital Latin letters of ASCII; m, M: others of Latin; c, C: those of other
    alphabets; h: letters without cases; o: characters of East Asia; q, k: quotes and marks; s: a
    symbol; a space: all else of ASCII. Opening quotes and dashes are their own classes.
    """
    if letter.isascii():
        return " " if not letter.isalpha() else "l" if letter.islower() else "u"
    if letter in "„‚–":
        return letter
    if not _is_letter(letter):
        kind = "k" if letter in _MARKS and letter not in "½¼¾" else "s"
        return "q" if letter in _QUOTES else kind
    if not (letter.isupper() or letter.islower()):
        return "o" if letter > "\u2e7f" else "h"
    small, capital = "mM" if unicodedata.name(letter, "").startswith("LATIN") else "cC"
    return small if letter.islower() else capital
