"""Read pieces of text by espeak-ng, many in one process, each answer proven to be its piece's.

espeak-ng prints one line or several for a line of text. So a marker stands before the first piece
and after each: its number, in phonemes that espeak-ng prints as they are, whatever the voice. All
markers must come back, each once and in order. Otherwise the pieces are read again in two halves.
"""

import re
from collections.abc import Sequence

from ...tools import espeak_phonemes

# Pieces in one process.
MOST_PIECES = 500
_BITS = 9
# All end alike, so that what espeak-ng read before a piece is always the same.
_MARKER = re.compile(rf"([mn] ){{{_BITS}}}f")
# A process that takes longer hangs.
_SECONDS, _SECONDS_A_PIECE = 20, 0.1


def read_pieces(pieces: Sequence[str], voice: str) -> list[str | None]:
    """What espeak-ng prints for each piece, on one line; None where it fails on that piece.

    A piece has up to 999 bytes and no control characters or brackets.
    """
    answers: list[str | None] = []
    for start in range(0, len(pieces), MOST_PIECES):
        answers += _read_block(pieces[start : start + MOST_PIECES], voice)
    return answers


def _read_block(pieces: Sequence[str], voice: str) -> Sequence[str | None]:
    lines = [_marker(0)]
    for number, piece in enumerate(pieces, start=1):
        lines += (piece, _marker(number))
    # espeak-ng reads phonemes in double brackets.
    framed = [f"[[{line}]]" if number % 2 == 0 else line for number, line in enumerate(lines)]
    seconds = _SECONDS + _SECONDS_A_PIECE * len(pieces)
    answers = match_answers(espeak_phonemes(framed, voice, seconds) or (), len(pieces))
    if answers is not None:
        return answers
    half = len(pieces) // 2
    if not half:
        return [None]
    return [*_read_block(pieces[:half], voice), *_read_block(pieces[half:], voice)]


def match_answers(printed: Sequence[str], count: int) -> list[str] | None:
    """The answers between the markers, each on one line; None unless every marker is in place."""
    answers: list[list[str]] = [[]]
    for line in printed:
        if not _MARKER.fullmatch(line):
            answers[-1].append(line)
        elif line == _marker(len(answers) - 1):
            answers.append([])
        else:
            return None
    # Nothing stands before the first marker or after the last.
    if len(answers) != count + 2 or answers[0] or answers[-1]:
        return None
    return [" ".join(filter(None, lines)) for lines in answers[1:-1]]


def _marker(number: int) -> str:
    return " ".join("mn"[int(bit)] for bit in f"{number:0{_BITS}b}") + " f"
