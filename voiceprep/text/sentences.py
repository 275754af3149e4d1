"""A long text in parts that a voice can say: its sentences, and where one is too long, its clauses.

A voice learns from clips of some seconds, and loses its way in what is far longer than those.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

Ending = Literal["word", "clause", "sentence", "paragraph"]

# Short forms that what they belong to follows, whatever its first letter is.
_LEADING = {
    *("mr", "mrs", "ms", "messrs", "mme", "mlle", "dr", "drs", "prof", "st", "mt", "ft", "rev"),
    *("hon", "gen", "col", "maj", "capt", "lt", "sgt", "cpl", "gov", "sen", "rep", "pres", "vs"),
    *("cf", "viz", "approx", "e.g", "i.e"),
}
# Short forms that a number follows; "no" alone may end a sentence.
_NUMBERED = {
    *("no", "nos", "vol", "fig", "ch", "p", "pp", "sec", "art", "ca", "c", "jan", "feb", "mar"),
    *("apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
}
_CLOSERS = "\"'”’»)\\]"
_SENTENCE = re.compile(rf"(?:[.!?]+|…)+[{_CLOSERS}]*(?=\s)|[。！？]+[」』”]*")
_CLAUSE = re.compile(rf"[,;:—–][{_CLOSERS}]*(?=\s)|[、，；：]")
_WORD = re.compile(r"\s")
_PARAGRAPH = re.compile(r"\n\s*\n")
_NEXT = re.compile(r"\s*(\S?)")
_SHORT = re.compile(r"[^\W\d_](?:[^\W\d_]|\.(?=[^\W\d_]))*$")
_LONGEST_SHORT = 12
# What goes on after an end that was none: "Yahoo! is", "Yes." - he said, ". . .".
_GOES_ON = ".,;:!?…-–—"
# Stands for a space within braces, whose sounds belong together.
_SHIELD = "\ue000"


@dataclass(frozen=True)
class Part:
    """Something to be said in one breath, and what of the text ends with it."""

    text: str
    ending: Ending


def split_text(text: str, longest: int) -> list[Part]:
    """The parts of a text, each of up to `longest` characters; at least one, "" if it is blank.

    A paragraph that fits is one part. Of others the sentences are, as many together as fit; a
    sentence that does not fit is split after commas and the like, else between words, and a word
    that does not fit, anywhere. Paragraphs have a blank line between them.
    """
    shielded = re.sub(r"\{[^{}]*\}", lambda sounds: re.sub(r"\s", _SHIELD, sounds[0]), text)
    parts: list[Part] = []
    for paragraph in _PARAGRAPH.split(shielded):
        words = " ".join(paragraph.split())
        fits = [Part(words, "paragraph")] if words else []
        found = fits if len(words) <= longest else _gathered(_pieces(words, longest), longest)
        parts += [*found[:-1], *(replace(last, ending="paragraph") for last in found[-1:])]
    parts = parts or [Part("", "paragraph")]
    return [replace(part, text=part.text.replace(_SHIELD, " ")) for part in parts]


def split_sentences(text: str) -> list[str]:
    """The sentences of a text: neither short forms (Mr., e.g., J. S. Bach) nor decimals end one."""
    return _cut(text, (end.end() for end in _SENTENCE.finditer(text) if _ends(text, end)))


def _ends(text: str, end: re.Match[str]) -> bool:
    """Whether a mark that may end a sentence does, by the words on both sides of it."""
    after = _NEXT.match(text, end.end())[1]
    if after.islower() or (after and after in _GOES_ON):
        return False
    if end[0].rstrip("\"'”’»)]") != ".":
        return True
    short = _SHORT.search(text, max(0, end.start() - _LONGEST_SHORT), end.start())
    if not short:
        return True
    word = short[0]
    initials = word.isupper() and (len(word) == 1 or "." in word)
    numbered = word.lower() in _NUMBERED and after.isdigit()
    return not (initials or numbered or word.lower() in _LEADING)


def _pieces(text: str, longest: int) -> Iterator[Part]:
    for sentence in split_sentences(text):
        pieces = [Part(sentence, "clause")]
        for pattern, ending in ((_CLAUSE, "clause"), (_WORD, "word")):
            pieces = [
                smaller for piece in pieces for smaller in _smaller(piece, pattern, ending, longest)
            ]
        cut = [part for piece in pieces for part in _by_force(piece, longest)]
        yield from cut[:-1]
        yield replace(cut[-1], ending="sentence")


def _smaller(piece: Part, pattern: re.Pattern[str], ending: Ending, longest: int) -> Iterator[Part]:
    """The piece, or where it is too long its own pieces; the last one ends as the piece does."""
    if len(piece.text) <= longest:
        yield piece
        return
    texts = _cut(piece.text, (end.end() for end in pattern.finditer(piece.text)))
    yield from (Part(text, ending) for text in texts[:-1])
    yield Part(texts[-1], piece.ending)


def _by_force(piece: Part, longest: int) -> Iterator[Part]:
    for first in range(0, len(piece.text), longest):
        text = piece.text[first : first + longest]
        yield Part(text, piece.ending if first + longest >= len(piece.text) else "word")


def _gathered(pieces: Iterator[Part], longest: int) -> list[Part]:
    """Neighbours put together, as many as fit."""
    gathered: list[Part] = []
    for piece in pieces:
        together = f"{gathered[-1].text} {piece.text}" if gathered else ""
        if gathered and len(together) <= longest:
            gathered[-1] = Part(together, piece.ending)
        else:
            gathered.append(piece)
    return gathered


def _cut(text: str, ends: Iterator[int]) -> list[str]:
    """The text cut at its ends, without the spaces around the pieces, and without empty ones."""
    places = [0, *ends, len(text)]
    pieces = (text[first:last].strip() for first, last in pairwise(places))
    return [piece for piece in pieces if piece]
