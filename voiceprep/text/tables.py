"""Lists of texts, in the many shapes that people keep them in, joined to the ids of clips."""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import TableError
from ..records import parse_line

STEMS = ("metadata", "transcripts", "transcript", "manifest", "filelist")
SUFFIXES = (".csv", ".tsv", ".txt", ".jsonl", ".json", ".list")
SIDECARS = (".normalized.txt", ".txt", ".lab")

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

# Suffixes of sounds and of their mels; anything else behind a dot belongs to the name.
_SUFFIX = re.compile(
    r"\.(wave?|flac|mp[234]|mpga|og[ag]|opus|aif[fc]?|au|snd|caf|w64|rf64|m4[ab]|aac|wma|webm"
    r"|mka|mkv|mov|3gp|amr|ac3|ape|wv|tta|spx|npy|pt)$",
    re.IGNORECASE,
)
# Other breaks, which str.splitlines knows too, occur in texts.
_BREAK = re.compile(r"\r\n|\n|\r")
# What JSON can spell and UTF-8 cannot hold, and what ends a text for some readers.
_BROKEN = re.compile(r"[\0\ud800-\udfff]")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Row:
    """One text and what names its sound: an id, a file name or a path, never opened as one."""

    key: str
    text: str
    speaker: str | None = None
    line: int = 0


@dataclass(frozen=True)
class Table:
    """The rows of one list in its order, and what there is to tell of it."""

    path: Path
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Joined:
    """Which clip has which row, and what found no partner; an unclear row fits several clips."""

    rows: dict[str, Row]
    without_text: tuple[str, ...]
    without_sound: tuple[Row, ...]
    unclear: tuple[Row, ...]


@dataclass(frozen=True)
class _Fields:
    """One row as it stands in the file."""

    line: int
    values: tuple[str, ...]


def find_tables(dataset: Path) -> list[Path]:
    """The lists of texts in a dataset's folder by their usual names, the one to read first."""
    names = [f"{stem}{suffix}" for stem in STEMS for suffix in SUFFIXES]
    return [dataset / name for name in names if (dataset / name).is_file()]


def read_table(path: Path) -> Table:
    """Read a list: LJSpeech metadata, CSV or TSV, JSON lines, or an NVIDIA filelist.

    A row without a text is left out and told. Raises TableError naming the line that cannot be
    read.
    """
    text, told = _decode(path)
    if re.match(r"\s*(\[\s*)?\{", text):
        rows = list(_json_rows(path, text))
    else:
        separator = _separator(path, text)
        rows = _column_rows(path, _fields(path, text, separator), separator)
    rows, more = _settled(path, rows)
    if not rows:
        raise TableError(path, 0, "holds no text; a line is ID|text")
    return Table(path, tuple(rows), (*told, *more))


def read_sidecars(sounds: Mapping[str, Sequence[Path]], folder: Path) -> Table:
    """The text files that lie beside sounds, `sounds` being the places of each clip by id."""
    rows, told = [], []
    for name, places in sounds.items():
        beside = [path.with_name(path.stem + suffix) for path in places for suffix in SIDECARS]
        found = next((path for path in beside if path.is_file()), None)
        if found:
            text, notes = _decode(found)
            told += notes
            if words := " ".join(text.split()):
                rows.append(Row(name, words))
            else:
                told.append(f"{found} is empty")
    return Table(folder, tuple(rows), tuple(told))


def join_rows(table: Table, ids: Iterable[str]) -> Joined:
    """Join the rows of a table to clips: by the whole id, else with leading folders left out,
    else by the file name where only one clip has it.

    Raises TableError where two rows with different texts have one clip's whole id.
    """
    by_id = {unicodedata.normalize("NFC", name): name for name in ids}
    rows: dict[str, Row] = {}
    others = []
    for row in table.rows:
        name = next((name for name in _readings(row.key) if name in by_id), None)
        if name is None:
            others.append(row)
        elif rows.setdefault(by_id[name], row).text != row.text:
            raise _two_texts(table.path, rows[by_id[name]], row)
    guessed, without_sound, unclear = _guess(others, by_id)
    for name, candidates in guessed.items():
        if by_id[name] in rows:
            without_sound += candidates
        elif len({row.text for row in candidates}) > 1:
            unclear += candidates
        else:
            rows[by_id[name]] = candidates[0]
    without_text = tuple(sorted(name for name in by_id.values() if name not in rows))
    return Joined(rows, without_text, tuple(without_sound), tuple(unclear))


def _readings(key: str) -> tuple[str, str]:
    """A row's key as an id: as it stands, and without a suffix."""
    whole = key.replace("\\", "/").removeprefix("./")
    return whole, _SUFFIX.sub("", whole)


def _guess(
    rows: Iterable[Row], ids: Mapping[str, str]
) -> tuple[dict[str, list[Row]], list[Row], list[Row]]:
    """The rows that may belong to each id, those that fit none, and those that fit several."""
    stems = defaultdict(list)
    for name in ids:
        stems[name.rpartition("/")[2]].append(name)
    guessed = defaultdict(list)
    none, several = [], []
    for row in rows:
        tails = [tail for key in _readings(row.key) for tail in _tails(key)]
        found = next(([tail] for tail in tails if tail in ids), None)
        found = found or next((stems[tail] for tail in tails if tail in stems), [])
        if len(found) == 1:
            guessed[found[0]].append(row)
        else:
            (several if found else none).append(row)
    return guessed, none, several


def _tails(key: str) -> Iterator[str]:
    """The key whole, then with one leading folder after the other left out."""
    while key:
        yield key
        _, _, key = key.partition("/")


def _decode(path: Path) -> tuple[str, tuple[str, ...]]:
    """The text of a file without its byte-order mark, and how it was read where not as UTF-8."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TableError(path, 0, f"cannot be read: {error.strerror.lower()}") from None
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    told: tuple[str, ...] = ()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        line = _line_at(before, len(before))
        if encoding != "utf-8":
            raise TableError(path, line, f"not {encoding}: save the file as UTF-8") from None
        text = _decode_windows(path, data, line)
        told = (
            f"{path} is no UTF-8 (line {line}) and was read as Windows-1252: check its accents",
        )
    if "\0" in text:
        line = _line_at(text, text.index("\0"))
        raise TableError(path, line, "holds a zero byte: save the file as UTF-8")
    return text, told


def _decode_windows(path: Path, data: bytes, line: int) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise TableError(
            path, line, "neither UTF-8 nor Windows-1252: save the file as UTF-8"
        ) from None


def _line_at(text: str, place: int) -> int:
    return len(_BREAK.findall(text, 0, place)) + 1


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    for number, line in enumerate(_BREAK.split(text), start=1):
        if line.strip():
            yield number, line


def _json_rows(path: Path, text: str) -> Iterator[Row]:
    for number, line in _lines(text):
        row = parse_line(line, path, number)
        names = {name.lower(): value for name, value in row.items()}
        key = _first(names, KEYS)
        words = _first(names, TEXTS)
        if not isinstance(key, str) or not isinstance(words, str | None):
            raise TableError(path, number, "a name and a text are wanted, both as strings")
        if words is None and not any(name in names for name in TEXTS):
            raise TableError(path, number, f"has no text; it may be called {', '.join(TEXTS)}")
        speaker = _first(names, SPEAKERS)
        yield Row(key, words or "", None if speaker is None else str(speaker), number)


def _separator(path: Path, text: str) -> str:
    """What stands between the columns, as the first line shows; empty where there is no line."""
    line, first = next(_lines(text), (0, ""))
    found = next((mark for mark in "|\t," if mark in first), "")
    if first and not found:
        raise TableError(path, line, "has one column; a line is ID|text")
    return found


def _fields(path: Path, text: str, separator: str) -> list[_Fields]:
    """The rows of a list in columns; in pipe files a quote is a quote, and nothing is escaped."""
    if separator == ",":
        return list(_comma_fields(path, text))
    rows = [(line, row.split(separator)) for line, row in _lines(text)]
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


def _column_rows(path: Path, rows: Sequence[_Fields], separator: str) -> list[Row]:
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
        made = [(_first(row, KEYS), _first(row, TEXTS), _first(row, SPEAKERS)) for row in columns]
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

    Numbers are speakers; so are single words behind longer texts, or the same few behind many.
    """
    rows = [row for row in rows if row[2].strip()]
    thirds = [row[2].strip() for row in rows]
    if not thirds or any(len(third.split()) > 1 for third in thirds):
        return False
    texts = [row[1].strip() for row in rows]
    longer = sum(len(text.split()) > 1 for text in texts)
    few = 2 * len(set(thirds)) <= len(set(texts))
    return few or 2 * longer > len(texts) or all(third.isdecimal() for third in thirds)


def _plain_row(values: tuple[str, ...], with_speaker: bool) -> tuple[str, str, str | None]:
    key, text, *third = values
    if with_speaker:
        return key, text, third[0].strip()
    return key, (third[0] if third and third[0].strip() else text), None


def _first(row: Mapping[str, object], names: Sequence[str]) -> object:
    """The first value among `names` that is there and not blank."""
    found = (row[name] for name in names if name in row)
    return next((value for value in found if value is not None and str(value).strip()), None)


def _settled(path: Path, rows: Iterable[Row]) -> tuple[list[Row], list[str]]:
    """The rows with clean keys and texts, each name once, and what was left out."""
    settled: dict[str, Row] = {}
    empty, twice = [], 0
    for row in rows:
        if _BROKEN.search(row.text):
            raise TableError(path, row.line, "its text holds a zero or half a character")
        key, text = unicodedata.normalize("NFC", row.key.strip()), row.text.strip()
        if not key:
            raise TableError(path, row.line, "has no name of a sound")
        if not text:
            empty.append(row.line)
            continue
        row = replace(row, key=key, text=text)
        before = settled.setdefault(key, row)
        if before is not row:
            twice += 1
            if before.text != row.text:
                raise _two_texts(path, before, row)
    told = []
    if empty:
        shown = ", ".join(map(str, empty[:5])) + (", …" if len(empty) > 5 else "")
        told.append(f"{path}: no text in line {shown}")
    if twice:
        told.append(f"{path}: {twice} rows are there twice")
    return list(settled.values()), told


def _two_texts(path: Path, first: Row, second: Row) -> TableError:
    return TableError(
        path, second.line, f"another text for {second.key}, which line {first.line} has already"
    )
