"""Split a long text into parts for synthesis: sentences, and clauses of sentences too long.

A model is trained on clips of some seconds, and fails on texts that are much longer.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from .marks import CLOSERS, FULL_STOPS, WIDE_CLAUSES

Ending = Literal["word", "clause", "sentence", "paragraph"]

# Abbreviations that never end a sentence, whatever the case of the next letter.
_LEADING = {
    *("mr", "mrs", "ms", "messrs", "mme", "mlle", "dr", "drs", "prof", "st", "mt", "ft", "rev"),
    *("hon", "gen", "col", "maj", "capt", "lt", "sgt", "cpl", "gov", "sen", "rep", "pres", "vs"),
    *("cf", "viz", "approx", "e.g", "i.e"),
    *("hr", "fr", "z.b", "d.h", "u.a", "bzw", "sog"),
    *("mm", "mgr", "p.ex", "sr", "sra", "srta", "dra", "ud", "uds"),
    *("им", "ул", "гр", "т.е", "т.к", "напр"),
}
# Abbreviations before a number; "no" without one may end a sentence.
_NUMBERED = {
    *("no", "nos", "vol", "fig", "ch", "p", "pp", "sec", "art", "ca", "c", "jan", "feb", "mar"),
    *("apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "nr", "núm", "pág", "стр"),
}
# A number with a full stop before one of these is a German ordinal: "am 3. Mai".
_ORDINAL = re.compile(r"(?<!\d)\d{1,2}$")
_MONTHS = re.compile(
    r"\s+(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|"
    r"Jahrhundert|Klasse|Stock)"
)
_CLOSERS = re.escape(CLOSERS)
# It starts at the first of several marks and gives none of them back: a row of dots takes no time.
# In French a space is before the mark that closes a quotation.
_SENTENCE = re.compile(
    rf"(?<![.!?…])[.!?…]++[{_CLOSERS}]*+(?:\s?[»›])?+(?=\s)|[{FULL_STOPS}]++[{_CLOSERS}]*+"
)
_CLAUSE = re.compile(rf"[,;:—–][{_CLOSERS}]*(?=\s)|[{WIDE_CLAUSES}]")
_WORD = re.compile(r"\s")
# Where a sentence is split, and what a piece then ends with.
_WITHIN: tuple[tuple[re.Pattern[str], Ending], ...] = ((_CLAUSE, "clause"), (_WORD, "word"))
_PARAGRAPH = re.compile(r"\n\s*\n")
_HANGUL = re.compile("[가-힣]")
_NEXT = re.compile(r"\S")
_ABBREVIATION = re.compile(r"[^\W\d_](?:[^\W\d_]|\.(?=[^\W\d_]))*$")
_MAX_ABBREVIATION = 12
# After these the sentence continues: "Yahoo! is", "Yes." - he said, ". . .".
_CONTINUES = ".,;:!?…-–—"
# What is quoted in Japanese is followed by this: 「行く。」と言った。
_QUOTED = "と"
# Replaces a space within braces, whose phonemes belong together.
_BRACED_SPACE = "\ue000"


@dataclass(frozen=True)
class Part:
    """A text to synthesise at once, and what ends with it."""

    text: str
    ending: Ending


def split_text(text: str, longest: int) -> list[Part]:
    """The parts of a text, each of up to `longest` characters; at least one, "" if it is blank.

    A paragraph that fits is one part. Of others each part has as many sentences as fit. A sentence
    that does not fit is split after commas and the like, else between words, and a word that does
    not fit, anywhere. Blank lines separate paragraphs.
    """
    protected = re.sub(r"\{[^{}]*\}", lambda braces: re.sub(r"\s", _BRACED_SPACE, braces[0]), text)
    parts: list[Part] = []
    for paragraph in _PARAGRAPH.split(protected):
        words = " ".join(paragraph.split())
        fits = [Part(words, "paragraph")] if words else []
        found = fits if len(words) <= longest else _joined(_pieces(words, longest), longest)
        parts += [*found[:-1], *(replace(last, ending="paragraph") for last in found[-1:])]
    parts = parts or [Part("", "paragraph")]
    return [replace(part, text=part.text.replace(_BRACED_SPACE, " ")) for part in parts]


def split_sentences(text: str) -> list[str]:
    """The sentences of a text; abbreviations (Mr., e.g., J. S. Bach) and decimals end none."""
    return _cut(text, (mark.end() for mark in _SENTENCE.finditer(text) if _ends(text, mark)))


def _ends(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark that may end a sentence does, by the words before and after it."""
    following = _NEXT.search(text, mark.end())
    after = following[0] if following else ""
    if after.islower() or (after and after in _CONTINUES):
        return False
    if mark[0][-1] in "」』" and after == _QUOTED:
        return False
    if mark[0].rstrip(CLOSERS + "\u00a0\u202f ") != ".":
        return True
    start = max(0, mark.start() - _MAX_ABBREVIATION)
    if _ORDINAL.search(text, start, mark.start()) and _MONTHS.match(text, mark.end()):
        return False
    abbreviation = _ABBREVIATION.search(text, start, mark.start())
    if not abbreviation:
        return True
    word = abbreviation[0]
    initials = word.isupper() and (len(word) == 1 or "." in word)
    numbered = word.lower() in _NUMBERED and after.isdigit()
    return not (initials or numbered or word.lower() in _LEADING)


def _pieces(text: str, longest: int) -> Iterator[Part]:
    for sentence in split_sentences(text):
        pieces = [Part(sentence, "clause")]
        for pattern, ending in _WITHIN:
            pieces = [
                smaller for piece in pieces for smaller in _smaller(piece, pattern, ending, longest)
            ]
        cut = [part for piece in pieces for part in _by_length(piece, longest)]
        yield from cut[:-1]
        yield replace(cut[-1], ending="sentence")


def _smaller(piece: Part, pattern: re.Pattern[str], ending: Ending, longest: int) -> Iterator[Part]:
    """The piece, or its own pieces where it is too long; the last one ends as the piece does."""
    if len(piece.text) <= longest:
        yield piece
        return
    texts = _cut(piece.text, (end.end() for end in pattern.finditer(piece.text)))
    yield from (Part(text, ending) for text in texts[:-1])
    yield Part(texts[-1], piece.ending)


def _by_length(piece: Part, longest: int) -> Iterator[Part]:
    for first in range(0, len(piece.text), longest):
        text = piece.text[first : first + longest]
        yield Part(text, piece.ending if first + longest >= len(piece.text) else "word")


def _joined(pieces: Iterator[Part], longest: int) -> list[Part]:
    """The pieces with as many neighbours joined as fit."""
    joined: list[Part] = []
    for piece in pieces:
        text = f"{joined[-1].text}{_gap(joined[-1])}{piece.text}" if joined else ""
        if joined and len(text) <= longest:
            joined[-1] = Part(text, piece.ending)
        else:
            joined.append(piece)
    return joined


def _gap(piece: Part) -> str:
    """What goes between a piece and the next: scripts without spaces have none there either."""
    wide = unicodedata.east_asian_width(piece.text[-1]) in "WF"
    return "" if wide and not _HANGUL.search(piece.text[-1]) else " "


def _cut(text: str, ends: Iterator[int]) -> list[str]:
    """The text cut at these places, without blank pieces and the spaces around the others."""
    places = [0, *ends, len(text)]
    pieces = (text[first:last].strip() for first, last in pairwise(places))
    return [piece for piece in pieces if piece]
