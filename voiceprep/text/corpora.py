"""Lists in the shapes that known corpora have and that are no columns."""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePosixPath

from ..errors import TableError
from .rows import Row, decode, numbered_lines

KALDI = "text"
KALDI_SPEAKERS = "utt2spk"
LIBRISPEECH = ".trans.txt"
FESTIVAL = "txt.done.data"
COLONS = ("transcript_utf8.txt", "transcripts_utf8.txt")

_CHAPTER = re.compile(r"(\d+)-\d+\.trans\.txt")
_FESTIVAL_START = re.compile(r'\s*\(\s*[^\s"()]+\s+"')
_FESTIVAL_LINE = re.compile(r'\s*\(\s*([^\s"()]+)\s+"(.*)"\s*\)\s*')
# A drive letter is no id, nor is the first half of a web address.
_COLON_LINE = re.compile(r"\s*([^\s:|,;]+):(?![\\/])(.*)", re.DOTALL)


def corpus_rows(path: Path, text: str, ids: Collection[str]) -> list[Row] | None:
    """The rows of a list whose name or lines show the shape of a corpus, None of any other.

    `ids` are those of the clips, by which a list of `ID text` is known under any name.
    """
    lines = list(numbered_lines(text))
    first = lines[0][1] if lines else ""
    if path.name == FESTIVAL or _FESTIVAL_START.match(first):
        return list(_festival_rows(path, lines))
    if path.name in COLONS:
        return list(_colon_rows(path, lines))
    barred = "|" in first.split(maxsplit=1)[0] if first else False
    if path.name.endswith(LIBRISPEECH) or (path.name == KALDI and not barred):
        return list(_spaced_rows(path, lines))
    if not first or "|" in first or "\t" in first:
        return None
    if _is_colon_list(lines):
        return list(_colon_rows(path, lines))
    if _begin_with_ids(lines, ids):
        return list(_spaced_rows(path, lines))
    return None


def parse_speakers(path: Path, data: bytes) -> dict[str, str]:
    """The speaker of every utterance in Kaldi's `utt2spk`; raises TableError naming the line."""
    text, _ = decode(path, data)
    speakers = {}
    for number, line in numbered_lines(text):
        if len(words := line.split()) != 2:
            raise TableError(path, number, f"has {len(words)} words; a line is ID SPEAKER")
        speakers[words[0]] = words[1]
    return speakers


def _festival_rows(path: Path, lines: Sequence[tuple[int, str]]) -> Iterator[Row]:
    for number, line in lines:
        found = _FESTIVAL_LINE.fullmatch(line)
        if not found:
            raise TableError(path, number, 'not of the form ( ID "text" )')
        yield Row(found[1], re.sub(r'\\(["\\])', r"\1", found[2]), None, number)


def _is_colon_list(lines: Sequence[tuple[int, str]]) -> bool:
    """Whether a list is of `ID:text`; with a comma in its first line it may be columns too."""
    first = lines[0][1]
    return bool(_COLON_LINE.match(first)) and (
        "," not in first or all(_COLON_LINE.match(line) for _, line in lines)
    )


def _colon_rows(path: Path, lines: Sequence[tuple[int, str]]) -> Iterator[Row]:
    for number, line in lines:
        found = _COLON_LINE.fullmatch(line)
        if not found:
            raise TableError(path, number, "has no ID before a colon; a line is ID:text")
        yield Row(found[1], found[2], None, number)


def _begin_with_ids(lines: Sequence[tuple[int, str]], ids: Collection[str]) -> bool:
    """Whether the first words of most lines are names of clips, and more follows them."""
    names = {name.rpartition("/")[2] for name in ids} | set(ids)
    words = [line.split(maxsplit=1) for _, line in lines]
    return 2 * sum(len(entry) > 1 and entry[0] in names for entry in words) > len(lines)


def _spaced_rows(path: Path, lines: Sequence[tuple[int, str]]) -> Iterator[Row]:
    """Rows of `ID text`; a chapter of LibriSpeech is named after its speaker."""
    chapter = _CHAPTER.fullmatch(path.name)
    for number, line in lines:
        key, text = (*line.split(maxsplit=1), "")[:2]
        mine = chapter and PurePosixPath(key).name.startswith(f"{chapter[1]}-")
        yield Row(key, text, chapter[1] if mine else None, number)
