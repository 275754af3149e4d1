"""The bytes of a text file, decoded and in numbered lines."""

import codecs
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from ..errors import SettingError, TableError
from .encodings import WESTERN, Guess, is_western, possible_texts, text_cost

# Texts contain the other line breaks that str.splitlines knows.
_BREAK = re.compile(r"\r\n|\n|\r")
# The byte-order marks of files that were joined end to end.
_LATER_MARK = re.compile(r"(?<=[\r\n])\ufeff")
_BYTE_BREAK = re.compile(rb"\r\n|\n|\r")
# The longer marks come first: that of UTF-32 begins as that of UTF-16.
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
# The most that a character which is not ASCII may cost on average in an encoding of wide units.
_WIDE_COST, _WIDE_SAMPLE = 7.0, 100_000
# The escapes by which Japanese and Korean are written in seven bits.
_ESCAPES = {b"\x1b$B": "iso2022_jp", b"\x1b$@": "iso2022_jp", b"\x1b$)C": "iso2022_kr"}
# Encodings of text that Python has and no file is in.
_NO_FILES = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}
# The other names of encodings.
_ALSO = {
    "cp932": "Shift-JIS",
    "gb18030": "GBK",
    "big5hkscs": "Big5",
    "cp949": "EUC-KR",
    "euc_jp": "EUC-JP",
    "koi8_r": "KOI8-R",
    "mac_roman": "MacRoman",
}
SAMPLE_LINES, SAMPLE_BYTES = 400, 200_000
# How many guesses are shown, of those that are at most so many nats less plausible than the best.
_SHOWN, _PLAUSIBLE = 5, 25.0
_BEFORE, _LONGEST = 8, 28


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; raises TableError where it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise TableError(path, 0, f"cannot be read: {why}") from None


def check_encoding(name: str, key: str) -> None:
    """Raise SettingError where a setting names no encoding of text; "" stands for any."""
    try:
        known = not name or codecs.lookup(name).name not in _NO_FILES
        b"a".decode(name or "utf-8", "replace")
    except (LookupError, ValueError):
        known = False
    if not known:
        raise SettingError(
            f"{key} = {name!r}: there is no such encoding; it may be utf-8, utf-16, cp1252, "
            "cp1251, shift_jis, gbk, big5, euc_kr, …",
            key,
        )


class TextDecoder:
    """Decodes files that are in one encoding: UTF-8, the one that is named, or another.

    Which other is decided from all files together, as a single one may be short. Each file with a
    byte-order mark is in the encoding of its mark. `notes` is called after the last file.
    """

    def __init__(self, encoding: str = "") -> None:
        self._encoding = encoding
        self._notes: list[str] = []
        self._unknown: list[tuple[Path, bytes]] = []

    def decode(self, path: Path, data: bytes) -> str:
        """The text of a file without its byte-order mark; `path` is for messages only.

        Raises TableError naming the line that cannot be decoded.
        """
        marks = _BYTE_ORDER_MARKS.items()
        encoding = next((name for mark, name in marks if data.startswith(mark)), self._encoding)
        if not encoding and b"\0" in data and (encoding := _wide_encoding(data)):
            self._notes.append(f"{path} has no byte-order mark; read as {encoding}")
        try:
            text = data.decode(encoding or "utf-8")
        except UnicodeDecodeError as error:
            if encoding:
                line = _line_at(data[: error.start].decode(encoding, "replace"))
                raise TableError(path, line, f"not {encoding}: save the file as UTF-8") from None
            self._unknown.append((path, data))
            return data.decode(WESTERN, "replace")
        if not encoding and b"\x1b$" in data:
            _refuse_escapes(path, data)
        return _LATER_MARK.sub("", text)

    def notes(self) -> tuple[str, ...]:
        """Notes on files that are not UTF-8; raises TableError where they may be anything."""
        if not self._unknown:
            return tuple(self._notes)
        path, line, text = _first_line(self._unknown)
        data = b"\n".join(data for _, data in self._unknown)
        if b"\0" in data:
            raise TableError(path, line, "neither UTF-8 nor text: it contains a zero byte")
        lines = [row for row in _BYTE_BREAK.split(data) if not row.isascii()]
        _refuse_mixture(self._unknown, lines)
        guesses = possible_texts(data, _sample(lines))
        if not is_western(guesses):
            raise TableError(path, line, _guesses_message(text, guesses))
        more = len(self._unknown) - 1
        others = f" and {more} more" if more else ""
        shown = _excerpt(text, WESTERN)
        note = f'{path}{others}: not UTF-8 (line {line}: "{shown}"); read as Windows-1252'
        return (*self._notes, f"{note}, --encoding names another")


def decode(path: Path, data: bytes, encoding: str = "") -> tuple[str, tuple[str, ...]]:
    """The text of a file without its byte-order mark, and a note where it is not UTF-8.

    Without `encoding` it must be UTF-8, UTF-16 or, beyond doubt, Windows-1252. `path` is for
    messages only. Raises TableError naming the line that cannot be decoded.
    """
    decoder = TextDecoder(encoding)
    text = decoder.decode(path, data)
    return text, decoder.notes()


def _wide_encoding(data: bytes) -> str:
    """The encoding of two or four bytes a character that data without a mark is in, else ""."""
    for encoding in _WIDE:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        start = text[:_WIDE_SAMPLE]
        cost = text_cost(start)
        count = sum(not letter.isascii() for letter in start)
        if "\0" not in text and cost is not None and cost <= _WIDE_COST * max(count, 1):
            return encoding
    return ""


def _refuse_escapes(path: Path, data: bytes) -> None:
    """Raise TableError for seven-bit Japanese or Korean, which is valid ASCII."""
    for escape, encoding in _ESCAPES.items():
        if escape in data:
            line = len(_BYTE_BREAK.findall(data, 0, data.index(escape))) + 1
            raise TableError(path, line, f"not UTF-8: --encoding {encoding} reads it")


def _first_line(files: Sequence[tuple[Path, bytes]]) -> tuple[Path, int, bytes]:
    """The first line that is not UTF-8: its path, its number and its bytes."""
    path, data = files[0]
    lines = enumerate(_BYTE_BREAK.split(data), start=1)
    # A break within a character of UTF-16 may leave only lines that are UTF-8.
    number, line = next((row for row in lines if not _is_utf8(row[1])), (1, data))
    return path, number, line


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _sample(lines: Sequence[bytes]) -> bytes:
    """Lines from all over a list, joined."""
    return b"\n".join(lines[:: len(lines) // SAMPLE_LINES + 1])[:SAMPLE_BYTES]


def _refuse_mixture(files: Sequence[tuple[Path, bytes]], lines: Sequence[bytes]) -> None:
    """Raise TableError where some lines are UTF-8, more plausibly than anything else."""
    whole = _sample([line for line in lines if _is_utf8(line)])
    if not whole:
        return
    cost = text_cost(whole.decode("utf-8", "ignore"))
    best = next((row.cost for row in possible_texts(whole, whole)), None)
    if cost is None or (best is not None and best <= cost):
        return
    path, first, text = _first_line(files)
    numbers = [
        number
        for number, line in enumerate(_BYTE_BREAK.split(files[0][1]), start=1)
        if not _is_utf8(line)
    ]
    more = f", nor are {len(numbers) - 1} more" if numbers[1:] else ""
    shown = _in_each(text, possible_texts(text, text))
    why = f"is not UTF-8{more}, but other lines are: save the file as UTF-8; this line is {shown}"
    raise TableError(path, first, why)


def _guesses_message(line: bytes, guesses: Sequence[Guess]) -> str:
    """What a line may be in each plausible encoding, and what to do."""
    if not guesses:
        return "is in no known encoding: save the file as UTF-8"
    shown = _in_each(line, guesses)
    return f"is not UTF-8: name its encoding with --encoding; the line is {shown}"


def _in_each(line: bytes, guesses: Sequence[Guess]) -> str:
    """A line in each plausible encoding."""
    best = guesses[0].cost if guesses else 0.0
    close = [row for at, row in enumerate(guesses) if at < 2 or row.cost <= best + _PLAUSIBLE]
    return ", ".join(
        f'"{_excerpt(line, row.encoding)}" in {_full_name(row.encoding)}' for row in close[:_SHOWN]
    )


def _full_name(encoding: str) -> str:
    return f"{encoding} ({_ALSO[encoding]})" if encoding in _ALSO else encoding


def _excerpt(line: bytes, encoding: str) -> str:
    """The part of a line around its first character that is not ASCII."""
    text = line.decode(encoding, "replace").strip()
    first = next((at for at, letter in enumerate(text) if not letter.isascii()), 0)
    start = 0 if first + _BEFORE < _LONGEST else first - _BEFORE
    return text[start : start + _LONGEST]


def _line_at(text: str) -> int:
    """The number of the line that a text ends in."""
    return len(_BREAK.findall(text)) + 1


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    for number, line in enumerate(_BREAK.split(text), start=1):
        if line.strip():
            yield number, line


def skip_lines(text: str, count: int) -> str:
    """The text after its first lines."""
    breaks = islice(_BREAK.finditer(text), count)
    return text[max((match.end() for match in breaks), default=0) :]
