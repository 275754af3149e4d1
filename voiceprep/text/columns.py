"""Columns of lists of texts: the names they have, and rows of fields as rows of texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..errors import TableError
from .text_table import TextRow

Value = TypeVar("Value")

# The names that columns and JSON keys have elsewhere; of several the first one counts. Files come
# before ids, which may only number the rows.
KEYS = (
    *("audio_filepath", "audio_file", "audio_path", "wav_file", "wav_path", "file_name"),
    *("filename", "file", "path", "wav", "audio", "clip", "file_id", "clip_id", "utt_id"),
    *("utterance_id", "segment_id", "basename", "id", "name", "key"),
)
TEXTS = (
    *("normalized_text", "normalised_text", "text_normalized", "normalized_transcript"),
    *("normalized", "normalised", "clean_text"),
    *("text", "transcript", "transcription", "sentence", "utterance", "raw_text"),
)
SPEAKERS = ("speaker", "speaker_id", "speaker_name", "spk", "spk_id", "client_id", "voice")


@dataclass(frozen=True)
class Row:
    """The fields of one row, and the number of its line."""

    line: int
    fields: tuple[str, ...]


def first_value(record: Mapping[str, Value], names: Sequence[str]) -> Value | None:
    """The first value among `names` that is there and not blank."""
    values = (record[name] for name in names if name in record)
    return next((value for value in values if value is not None and str(value).strip()), None)


def table_rows(
    path: Path, rows: Sequence[Row], widths: tuple[int, ...] = (2, 3), hint: str = ""
) -> list[TextRow | TableError]:
    """The texts of a list in columns, with or without a header that names them.

    A row of another width than the first is an error in its place.
    Without a header it must have one of `widths` columns. `hint` ends the message of a TableError
    about the number of columns.
    """
    if not rows:
        return []
    names = [field.strip().lower() for field in rows[0].fields]
    width = len(names)
    if any(name in KEYS for name in names) and any(name in TEXTS for name in names):
        if duplicates := [name for name in names if name and names.count(name) > 1]:
            raise TableError(path, rows[0].line, f"two columns are called {duplicates[0]}")
        rows, wrong = _even(path, rows[1:], width, hint)
        records = [dict(zip(names, row.fields, strict=True)) for row in rows]
        texts = [_named_fields(record) for record in records]
    else:
        if width not in widths:
            expected = " or ".join(map(str, widths))
            why = f"has {width} columns: must be {expected}, or have a header (id, text)"
            raise TableError(path, rows[0].line, why + hint)
        rows, wrong = _even(path, rows, width, hint)
        fields = [row.fields for row in rows]
        with_speaker = width == 3 and _third_is_speaker(fields)
        texts = [_unnamed_fields(row, with_speaker) for row in fields]
    found = [
        TextRow(key or "", text or "", speaker or None, row.line)
        for (key, text, speaker), row in zip(texts, rows, strict=True)
    ]
    return [*found, *wrong]


def _even(
    path: Path, rows: Sequence[Row], width: int, hint: str
) -> tuple[list[Row], list[TableError]]:
    """The rows of `width` fields, empty ones at their ends dropped, and errors for all others."""
    even, wrong = [], []
    for row in rows:
        fields, more = row.fields[:width], row.fields[width:]
        if len(fields) < width or any(field.strip() for field in more):
            why = f"has {len(row.fields)} columns where the first line has {width}"
            wrong.append(TableError(path, row.line, why + hint))
        else:
            even.append(Row(row.line, fields))
    return even, wrong


def _named_fields(record: Mapping[str, str]) -> tuple[str | None, str | None, str | None]:
    """The key, the text and the speaker of a row, by the names in the header."""
    return first_value(record, KEYS), first_value(record, TEXTS), first_value(record, SPEAKERS)


def _unnamed_fields(
    fields: tuple[str, ...], with_speaker: bool
) -> tuple[str | None, str | None, str | None]:
    """The same by the order of the fields; a normalised text replaces the text."""
    key, text, *third = fields
    if with_speaker:
        return key, text, third[0].strip()
    return key, (third[0] if third and third[0].strip() else text), None


def _third_is_speaker(rows: Sequence[tuple[str, ...]]) -> bool:
    """Whether a third column has speakers, as in NVIDIA's lists, or LJSpeech's normalised text.

    Numbers are speakers; so are single words after texts that are longer, the same few after
    many texts, or several after one text, which would be normalised only one way.
    """
    pairs = [(row[1].strip(), row[2].strip()) for row in rows if row[2].strip()]
    texts, thirds = {text for text, _ in pairs}, {third for _, third in pairs}
    if not thirds or any(len(third.split()) > 1 for third in thirds):
        return False
    if all(third.isdecimal() for third in thirds) and any(text != third for text, third in pairs):
        return True
    longer = sum(len(text.split()) > 1 and len(text) >= 2 * len(third) for text, third in pairs)
    few = 2 * len(thirds) <= len(texts)
    return few or 2 * longer > len(pairs) or len(set(pairs)) > len(texts)
