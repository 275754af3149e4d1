"""Kaldi's data folders: `ID text` in a file named `text`, `ID SPEAKER` in `utt2spk` beside it."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ...errors import TableError
from ..list_reader import ListFile, ListReader
from ..text_files import decode, numbered_lines
from ..text_table import TextRow, raise_all
from .id_text import read_id_text

FILE_NAME = "text"
SPEAKERS_NAME = "utt2spk"


def recognise_kaldi(file: ListFile) -> bool:
    """Whether a list has Kaldi's name and its first word no bar."""
    first_word = (file.first_line.split(maxsplit=1) or [""])[0]
    return file.path.name == FILE_NAME and "|" not in first_word


def add_speakers(
    rows: Iterable[TextRow], path: Path, data: bytes, encoding: str = ""
) -> list[TextRow]:
    """The rows with the speakers in the `utt2spk` of these bytes; raises TableError."""
    speakers = parse_speakers(path, data, encoding)
    return [replace(row, speaker=row.speaker or speakers.get(row.key)) for row in rows]


def parse_speakers(path: Path, data: bytes, encoding: str = "") -> dict[str, str]:
    """The speaker of every utterance in an `utt2spk`; raises TableError naming the line."""
    text, _ = decode(path, data, encoding)
    speakers = {}
    wrong = []
    for number, line in numbered_lines(text):
        if len(words := line.split()) == 2 and "\0" not in line:
            speakers[words[0]] = words[1]
        else:
            why = f"has {len(words)} words; a line is ID SPEAKER"
            wrong.append(TableError(path, number, why))
    raise_all(wrong)
    return speakers


READER = ListReader(
    name="kaldi",
    description=f"ID text in a file named {FILE_NAME}, with the speakers in {SPEAKERS_NAME}",
    recognises=recognise_kaldi,
    read=read_id_text,
)
