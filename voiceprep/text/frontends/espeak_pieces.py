"""Split a text at its punctuation: espeak-ng reads the pieces, the marks are symbols themselves."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Each mark of a language's own is the common one that means the same.
_MARKS_OF = {
    ".": "。．｡।॥۔።։᙮᠃",
    ",": "、，､،፣᠂",
    ";": "；؛፤",
    ":": "：፥︰",
    "!": "！",
    "?": "？؟፧⸮",
    "…": "⋯",
    "—": "―–‒⸺〜～",
    '"': "“”„‟«»‹›「」『』〝〞〟＂❝❞‘‚",
    "(": "[{（［｛【〔〈《〖",
    ")": "]}）］｝】〕〉》〗",
    "¿": "",
    "¡": "",
}
MARKS = {one: mark for mark, others in _MARKS_OF.items() for one in mark + others}
# A mark within a number or a word belongs to it: 3.14, 1,000, 10:30, e.g. and U.S.A.
_WITHIN = {".": str.isalnum, ",": str.isdigit, ":": str.isdigit}
# A capital letter follows them within a sentence, as it follows an initial.
_TITLES = {"mr", "mrs", "ms", "dr", "prof", "st", "mme", "mlle", "sr", "sra", "dra", "hr", "fr"}
# Marks that are parts of words and numbers.
_JOINING = "'’-.,:"
_DOTS = re.compile(r"\.{3,}|。{2,}|…{2,}|\.( \.){2,}")
_DASHES = re.compile(r"(?<!\S)-+(?!\S)|-{2,}")
_WORD_END = re.compile(r"[^\W\d_]+$")

# espeak-ng drops what is beyond 160 bytes or 200 phonemes of a word, 800 bytes or 1,000 phonemes
# of a clause.
_LONGEST_WORD, _MOST_BYTES, _LONGEST_PIECE = 60, 150, 240
# About how many letters have as many phonemes as a digit, or as the name of a sign.
_COSTS = {"N": 8, "S": 25}


@dataclass(frozen=True)
class Mark:
    """A symbol of punctuation, or a space."""

    symbol: str


@dataclass(frozen=True)
class Piece:
    """Words for espeak-ng to read, of a length that it reads whole; `cut` where it cuts a word."""

    text: str
    cut: bool = False


def split_pieces(text: str) -> list[Mark | Piece]:
    """A normalised text as pieces and marks, in order."""
    text = _DASHES.sub("—", _DOTS.sub("…", text))
    found: list[Mark | Piece] = []
    words = ""
    for place, character in enumerate(text):
        mark = MARKS.get(character, "")
        if mark and not _belongs(text, place):
            found += [*_pieces(words), Mark(mark)]
            words = ""
        else:
            # Of signs beside each other espeak-ng reads a part, and not always the same.
            words += " " if _is_sign(character) and _is_sign(words[-1:]) else ""
            dropped = mark == "." and _is_short(text, place)
            words += "" if dropped else "'" if character == "’" else character
    return [*found, *_pieces(words)]


def _belongs(text: str, place: int) -> bool:
    """Whether a mark is a part of a word or number, or its dot ends no sentence."""
    mark, after = text[place], text[place + 1 : place + 3]
    before = text[place - 1 : place]
    within = _WITHIN.get(mark)
    if within and before and after and within(before) and within(after[0]):
        return True
    # As espeak-ng has it, a sentence does not begin with a small letter: etc. and, am 3. und 4.
    return mark == "." and ((after[:1] == " " and after[1:].islower()) or _is_short(text, place))


def _is_short(text: str, place: int) -> bool:
    """Whether the dot at `place` is that of an initial or a title, before a capital letter."""
    word = _WORD_END.search(text, max(0, place - 6), place)
    after = text[place + 1 : place + 3]
    if not word or len(after) < 2 or after[0] != " " or not after[1].isupper():
        return False
    return (len(word[0]) == 1 and word[0].isupper()) or word[0].lower() in _TITLES


def _is_sign(character: str) -> bool:
    """Whether it is read by its name."""
    if not character or character in _JOINING:
        return False
    return unicodedata.category(character)[0] in "SP"


def _pieces(words: str) -> Iterator[Mark | Piece]:
    """The pieces of what is between two marks, with the spaces at its ends as marks."""
    if words[:1] == " ":
        yield Mark(" ")
    piece: list[str] = []
    length, cut = 0, False
    for word in words.split():
        for part in _parts(word):
            cost = sum(map(_cost, part)) + 1
            if piece and length + cost > _LONGEST_PIECE:
                yield from (Piece(" ".join(piece), cut), Mark(" "))
                piece, length, cut = [], 0, False
            piece.append(part)
            length, cut = length + cost, cut or part != word
    if piece:
        yield Piece(" ".join(piece), cut)
        if words[-1:] == " ":
            yield Mark(" ")


def _parts(word: str) -> Iterator[str]:
    """A word in parts that espeak-ng reads whole; none begins with an accent, if it can be."""
    start = length = size = 0
    for place, character in enumerate(word):
        length, size = length + _cost(character), size + len(character.encode())
        full = place - start >= _LONGEST_WORD or size > _MOST_BYTES or length > _LONGEST_PIECE
        accent = unicodedata.category(character)[0] == "M" and place - start < 2 * _LONGEST_WORD
        if full and not accent:
            yield word[start:place]
            start, length, size = place, _cost(character), len(character.encode())
    if word:
        yield word[start:]


def _cost(character: str) -> int:
    return _COSTS.get(unicodedata.category(character)[0], 1)
