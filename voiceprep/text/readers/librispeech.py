"""LibriSpeech's chapters: `ID text` in `SPEAKER-CHAPTER.trans.txt`."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from ..list_reader import ListFile, ListReader
from ..text_table import TextRow
from .id_text import read_id_text

SUFFIX = ".trans.txt"

_CHAPTER = re.compile(r"(\d+)-\d+\.trans\.txt")


def recognise_chapter(file: ListFile) -> bool:
    """Whether a list has the name of a chapter."""
    return file.path.name.endswith(SUFFIX)


def read_chapter(file: ListFile) -> Iterator[TextRow]:
    """The rows of a chapter; the chapter's speaker also starts the ids."""
    chapter = _CHAPTER.fullmatch(file.path.name)
    for row in read_id_text(file):
        if chapter and PurePosixPath(row.key).name.startswith(f"{chapter[1]}-"):
            row = replace(row, speaker=chapter[1])
        yield row


READER = ListReader(
    name="librispeech",
    description=f"ID text in SPEAKER-CHAPTER{SUFFIX}",
    recognises=recognise_chapter,
    read=read_chapter,
)
