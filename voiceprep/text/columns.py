"""Columns of lists of texts: the names they have, and rows of fields as rows of texts."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..errors import TableError, shorten
from .column_roles import Roles, describe_roles, infer_roles
from .list_reader import ListFile
from .text_table import TextRow

Value = TypeVar("Value")

# The names that columns and JSON keys have elsewhere; of several the first one counts. Files come
# before ids, which may only number the rows.
KEYS = (
    *("audio_filepath", "audio_file", "audio_path", "wav_file", "wav_filename", "wav_path"),
    *("file_name", "filename", "file", "path", "wav", "audio", "clip", "file_id", "clip_id"),
    *("utt_id", "utterance_id", "segment_id", "basename", "id", "name", "key"),
    *("ファイル名", "ファイル", "音声ファイル", "文番号", "番号"),
)
TEXTS = (
    *("normalized_text", "normalised_text", "text_normalized", "text_normalised"),
    *("normalized_transcript", "normalized_transcription", "normalized_sentence"),
    *("normalized", "normalised", "clean_text"),
    *("text", "transcript", "transcription", "sentence", "utterance", "raw_text"),
    *("テキスト", "発話", "文", "転記テキスト"),
)
SPEAKERS = (
    *("speaker", "speaker_id", "speaker_name", "spk", "spk_id", "client_id", "voice"),
    *("話者", "話者id"),
)


@dataclass(frozen=True)
class Row:
    """The fields of one row, and the number of its line."""

    line: int
    fields: tuple[str, ...]


def first_value(record: Mapping[str, Value], names: Sequence[str]) -> Value | None:
    """The first value among `names` that is there and not blank."""
    values = (record[name] for name in names if name in record)
    return next((value for value in values if value is not None and str(value).strip()), None)


def unquoted(field: str) -> str:
    """A field as spreadsheets write it: quoted as a whole, with every quote in it doubled."""
    inner = field[1:-1]
    if len(field) > 1 and field[0] == field[-1] == '"' and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return field


def table_rows(
    file: ListFile, rows: Sequence[Row], widths: Sequence[int] = (), hint: str = ""
) -> list[TextRow | TableError]:
    """The texts of a list in columns, with or without a header that names them.

    Without a header the roles of the columns are those that the user names, else inferred; then it
    must have one of `widths` columns, if any are given. Roles other than those of LJSpeech are
    noted in `file.notes`. A row of another width than most is an error in its place. `hint` ends
    the message of a TableError about the number of columns. Raises TableError where several
    readings would give other texts.
    """
    if not rows:
        return []
    names = [re.sub(r"[\s-]+", "_", field.strip().lower()) for field in rows[0].fields]
    headed = any(name in KEYS for name in names) and any(name in TEXTS for name in names)
    named = file.format.columns
    header = rows[0].line
    rows, width = (rows[1:], len(names)) if headed else (rows, len(named) or _usual_width(rows))
    if not headed and not named:
        width = min(width, max(_filled_width(rows), 2))
    rows, wrong = _even(file.path, rows, width, ", as --columns names" if named else hint)
    if headed and not named:
        if duplicates := [name for name in names if name and names.count(name) > 1]:
            raise TableError(file.path, header, f"two columns are called {duplicates[0]}")
        records = [dict(zip(names, row.fields, strict=True)) for row in rows]
        texts = [_named_fields(record) for record in records]
    else:
        if width < 2 or (widths and width not in widths and not named):
            expected = " or ".join(map(str, widths))
            why = f"has {width} columns: must be {expected}, or have a header (id, text)"
            raise TableError(file.path, rows[0].line, f"{why}, or --columns names them{hint}")
        roles = named or _inferred_roles(file, rows)
        texts = [_fields_by_role(row.fields, roles) for row in rows]
    found = [
        TextRow(key or "", text or "", speaker or None, row.line)
        for (key, text, speaker), row in zip(texts, rows, strict=True)
    ]
    return [*found, *wrong]


def _usual_width(rows: Sequence[Row]) -> int:
    """The number of columns that most rows with columns have."""
    widths = Counter(len(row.fields) for row in rows if len(row.fields) > 1)
    return max(widths, key=widths.__getitem__, default=1)


def _filled_width(rows: Sequence[Row]) -> int:
    """The number of columns up to the last one that is not empty in all rows."""
    filled = (at for row in rows for at, field in enumerate(row.fields, start=1) if field.strip())
    return max(filled, default=1)


def _inferred_roles(file: ListFile, rows: Sequence[Row]) -> Roles:
    """The roles by the content of the columns; raises TableError where they are in doubt."""
    fields = [row.fields for row in rows]
    if not fields:
        return ("id", "text")
    first, *others = infer_roles(fields, file.ids)
    if others:
        texts = [shorten(_fields_by_role(fields[0], roles)[1], 60) for roles in (first, *others)]
        readings = [
            f"--columns {','.join(roles)} reads {text!r}"
            for roles, text in zip((first, *others), texts, strict=True)
        ]
        why = f"it is not clear which column is the text: {', '.join(readings)}"
        raise TableError(file.path, rows[0].line, why)
    filled = [role for at, role in enumerate(first) if any(row[at].strip() for row in fields)]
    if filled not in (["id"], ["id", "text"], ["id", "text", "normalized"]):
        file.notes.append(f"{file.path}: {describe_roles(first, fields)}; --columns names others")
    return first


def _fields_by_role(fields: Sequence[str], roles: Roles) -> tuple[str, str, str]:
    """The key, the text and the speaker of a row; a normalised text replaces the text."""
    by_role = dict(zip(roles, fields, strict=True))
    text = by_role.get("normalized", "")
    text = text if text.strip() else by_role.get("text", "")
    return by_role["id"], text, by_role.get("speaker", "").strip()


def _even(
    path: Path, rows: Sequence[Row], width: int, hint: str
) -> tuple[list[Row], list[TextRow | TableError]]:
    """The rows of `width` fields, empty ones at their ends dropped, and errors for all others."""
    even: list[Row] = []
    wrong: list[TextRow | TableError] = []
    for row in rows:
        if len(row.fields) == width:
            even.append(row)
            continue
        fields, more = row.fields[:width], row.fields[width:]
        if len(fields) < width or any(field.strip() for field in more):
            count = len(row.fields)
            why = f"has {count} column{'s' * (count != 1)} where {width} are expected"
            wrong.append(TableError(path, row.line, why + hint))
        else:
            even.append(Row(row.line, fields))
    return even, wrong


def _named_fields(record: Mapping[str, str]) -> tuple[str | None, str | None, str | None]:
    """The key, the text and the speaker of a row, by the names in the header."""
    return first_value(record, KEYS), first_value(record, TEXTS), first_value(record, SPEAKERS)
