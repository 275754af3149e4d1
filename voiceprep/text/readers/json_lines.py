"""JSON lines, as NeMo's manifests have them: one object a line, its keys named as columns are."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ...errors import TableError
from ...records import parse_line
from ..columns import KEYS, SPEAKERS, TEXTS, first_value
from ..list_reader import ListFile, ListReader, parse_lines
from ..text_table import TextRow

_START = re.compile(r"\s*(\[\s*)?\{")


def recognise_json(file: ListFile) -> bool:
    """Whether a list starts with an object, or with an array of them, which gets its own error."""
    return bool(_START.match(file.text))


def read_json(file: ListFile) -> Iterator[TextRow | TableError]:
    """The rows of a list with one JSON object a line."""
    return parse_lines(file, _parse_record)


def _parse_record(path: Path, number: int, line: str) -> TextRow:
    record = _lower_keys(parse_line(line, path, number))
    key = first_value(record, KEYS)
    if not isinstance(key, str):
        raise TableError(path, number, "must have a name and a text, both strings")
    text, speaker = _text_and_speaker(path, number, record)
    return TextRow(key, text, speaker, number)


def json_text(path: Path, text: str) -> tuple[str, str | None] | None:
    """The text and the speaker in a file of one JSON object; None where it has no text."""
    record = _lower_keys(parse_line(text, path, 1))
    return _text_and_speaker(path, 1, record) if any(name in record for name in TEXTS) else None


def _lower_keys(row: Mapping[str, object]) -> dict[str, object]:
    return {name.lower(): value for name, value in row.items()}


def _text_and_speaker(
    path: Path, number: int, record: Mapping[str, object]
) -> tuple[str, str | None]:
    text, speaker = first_value(record, TEXTS), first_value(record, SPEAKERS)
    if not isinstance(text, str | None):
        raise TableError(path, number, "must have a name and a text, both strings")
    if text is None and not any(name in record for name in TEXTS):
        raise TableError(path, number, f"has no text; it may be called {', '.join(TEXTS)}")
    return text or "", None if speaker is None else str(speaker)


READER = ListReader(
    name="json-lines",
    description="one JSON object a line with the keys of a header, as NeMo's manifests",
    recognises=recognise_json,
    read=read_json,
)
