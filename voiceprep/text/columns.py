"""Lists in columns, between bars, tabs or commas, and lists of JSON objects."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import TableError
from ..records import parse_line
from .rows import Row, first_of, numbered_lines

# The names that columns and JSON keys have elsewhere; of several the first one counts. Files go
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
class _Fields:
    """One row as it stands in the file."""

    line: int
    values: tuple[str, ...]


def json_rows(path: Path, text: str) -> Iterator[Row]:
    """The rows of a list with one JSON object a line."""
    for number, line in numbered_lines(text):
        names = _lowered(parse_line(line, path, number))
        key = first_of(names, KEYS)
        if not isinstance(key, str):
            raise TableError(path, number, "a name and a text are wanted, both as strings")
        words, speaker = _spoken(path, number, names)
        yield Row(key, words, speaker, number)


def json_text(path: Path, text: str) -> tuple[str, str | None] | None:
    """The text and the speaker in a file of one JSON object, None where it tells no text."""
    names = _lowered(parse_line(text, path, 1))
    return _spoken(path, 1, names) if any(name in names for name in TEXTS) else None


def _lowered(row: Mapping[str, object]) -> dict[str, object]:
    return {name.lower(): value for name, value in row.items()}


def _spoken(path: Path, number: int, names: Mapping[str, object]) -> tuple[str, str | None]:
    words, speaker = first_of(names, TEXTS), first_of(names, SPEAKERS)
    if not isinstance(words, str | None):
        raise TableError(path, number, "a name and a text are wanted, both as strings")
    if words is None and not any(name in names for name in TEXTS):
        raise TableError(path, number, f"has no text; it may be called {', '.join(TEXTS)}")
    return words or "", None if speaker is None else str(speaker)


def column_rows(path: Path, text: str, separator: str) -> list[Row]:
    """The rows of a list in columns, with or without a header that names them."""
    rows = _fields(path, text, separator)
    if not rows:
        return []
    names = [value.strip().lower() for value in rows[0].values]
    width = len(names)
    hint = "; quote a text that has commas" if separator == "," else ""
    if any(name in KEYS for name in names) and any(name in TEXTS for name in names):
        if twice := [name for name in names if name and names.count(name) > 1]:
            raise TableError(path, rows[0].line, f"two columns are called {twice[0]}")
        rows = rows[1:]
        columns = [dict(zip(names, row, strict=True)) for row in _even(path, rows, width, hint)]
        made = [tuple(first_of(row, kind) for kind in (KEYS, TEXTS, SPEAKERS)) for row in columns]
    else:
        # A third column between commas is more likely the rest of a text that has one itself.
        wanted = "2" if separator == "," else "2 or 3"
        if str(width) not in wanted.split():
            why = (
                f"has {width} columns: {wanted} are wanted, or a header that names them (id, text)"
            )
            raise TableError(path, rows[0].line, why + hint)
        values = _even(path, rows, width, hint)
        with_speaker = width == 3 and _third_is_speaker(values)
        made = [_plain_row(row, with_speaker) for row in values]
    return [
        Row(key or "", text or "", speaker or None, row.line)
        for (key, text, speaker), row in zip(made, rows, strict=True)
    ]


def _fields(path: Path, text: str, separator: str) -> list[_Fields]:
    """The rows of a list in columns; in pipe files a quote is a quote, and nothing is escaped."""
    if separator == ",":
        return list(_comma_fields(path, text))
    rows = [(line, row.split(separator)) for line, row in numbered_lines(text)]
    if separator == "\t":
        rows = [(line, [_unquoted(value) for value in values]) for line, values in rows]
    return [_Fields(line, tuple(values)) for line, values in rows]


def _comma_fields(path: Path, text: str) -> Iterator[_Fields]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    line = 1
    try:
        for row in reader:
            if any(field.strip() for field in row):
                yield _Fields(line, tuple(row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableError(
            path, line, f"a quote is opened and not closed ({error}); double a quote that is meant"
        ) from None


def _unquoted(field: str) -> str:
    """A field as spreadsheets write it: quoted as a whole, with every quote in it doubled."""
    inner = field[1:-1]
    if len(field) > 1 and field[0] == field[-1] == '"' and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return field


def _even(path: Path, rows: Sequence[_Fields], width: int, hint: str) -> list[tuple[str, ...]]:
    """The rows as tuples of `width` values; raises TableError for one of another width."""
    even = []
    for row in rows:
        values, more = row.values[:width], row.values[width:]
        if len(values) < width or any(value.strip() for value in more):
            why = f"has {len(row.values)} columns where the first line has {width}"
            raise TableError(path, row.line, why + hint)
        even.append(values)
    return even


def _third_is_speaker(rows: Sequence[tuple[str, ...]]) -> bool:
    """Whether a third column holds speakers, as in NVIDIA's lists, or LJSpeech's second text.

    Numbers are speakers; so are single words behind texts that are longer, the same few behind
    many texts, or several behind one text, which would be spelled out only one way.
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


def _plain_row(values: tuple[str, ...], with_speaker: bool) -> tuple[str, str, str | None]:
    key, text, *third = values
    if with_speaker:
        return key, text, third[0].strip()
    return key, (third[0] if third and third[0].strip() else text), None
