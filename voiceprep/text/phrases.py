"""The sentences to synthesise and the names of their files, from a list or the command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import SourceError, TableError, UserError, os_reason

# Suffixes of a path in the first column of a filelist, whose stem is the id.
_SUFFIXES = {".wav", ".npy", ".pt", ".mp3", ".flac", ".ogg"}
# Characters of a name made of words, and bytes of a given one; a disk takes 255 with the suffix.
_SLUG_LENGTH, _ID_BYTES = 32, 200
_SHOWN = 5


@dataclass(frozen=True)
class Phrase:
    """A text and the name of its files."""

    id: str
    text: str


@dataclass(frozen=True)
class Phrases:
    """The phrases in their order, and the numbers of the lines that were blank."""

    phrases: tuple[Phrase, ...]
    blank: tuple[int, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """A note on the blank lines, where there are any."""
        if not self.blank:
            return ()
        numbers = ", ".join(map(str, self.blank[:_SHOWN])) + (", …" if self.blank[_SHOWN:] else "")
        which = f"number {numbers} is" if len(self.blank) == 1 else f"numbers {numbers} are"
        return (f"{which} blank, and left out",)


def read_phrases(path: Path) -> Phrases:
    """The lines of a file, `text` or `id|text`; the id of a filelist's path is its stem.

    A line without an id is named after its number and first words. Raises TableError for a line
    that cannot be read and for a duplicate id, SourceError where there is no sentence.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise SourceError(path, os_reason(error)) from None
    texts: dict[int, tuple[str, str]] = {}
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError:
            raise TableError(path, number, "not UTF-8: save the file as UTF-8") from None
        if text:
            texts[number] = _columns(text, path, number)
    spoken = {number: row for number, row in texts.items() if row[1]}
    if not spoken:
        raise SourceError(path, "contains no sentence; it must have one a line")
    width = len(str(len(lines)))
    named = {
        number: Phrase(name or _slug(number, width, text), text)
        for number, (name, text) in spoken.items()
    }
    _check_unique(named, path)
    blank = tuple(number for number in range(1, len(lines) + 1) if number not in spoken)
    return Phrases(tuple(named.values()), blank)


def name_phrases(texts: Sequence[str]) -> Phrases:
    """Texts from the command line, named after their number and first words; raises UserError."""
    width = len(str(len(texts)))
    spoken = {number: text.strip() for number, text in enumerate(texts, 1) if text.strip()}
    for number, text in spoken.items():
        # Python decodes other bytes than UTF-8 to surrogates, which cannot be encoded.
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise UserError(
                f"sentence {number} is not UTF-8: type it again, or give a list with -i"
            )
    if not spoken:
        raise UserError("there is nothing to say: give a sentence, or a list with -i FILE")
    phrases = (Phrase(_slug(number, width, text), text) for number, text in spoken.items())
    return Phrases(
        tuple(phrases), tuple(number for number in range(1, len(texts) + 1) if number not in spoken)
    )


def _columns(line: str, path: Path, number: int) -> tuple[str, str]:
    """The id ("" without one) and the text of a line."""
    before, bar, text = line.partition("|")
    if not bar:
        return "", line
    if "|" in text:
        raise TableError(path, number, "more than one |: a line is a text, or id|text")
    place = PurePosixPath(before.strip())
    name = place.stem if place.suffix.lower() in _SUFFIXES else place.name
    if not name or name.startswith(".") or not name.isprintable() or _too_long(name):
        raise TableError(path, number, f"{before!r} is not a valid file name; a line is id|text")
    return name, text.strip()


def _too_long(name: str) -> bool:
    return len(name.encode()) > _ID_BYTES


def _check_unique(named: dict[int, Phrase], path: Path) -> None:
    first: dict[str, int] = {}
    for number, phrase in named.items():
        if phrase.id in first:
            why = f"its id {phrase.id} is also that of line {first[phrase.id]}; rename one of them"
            raise TableError(path, number, why)
        first[phrase.id] = number


def _slug(number: int, width: int, text: str) -> str:
    """`007-the-first-words`: the number keeps the order, the words describe the text."""
    plain = text.lower().replace("'", "")
    letters = "".join(letter if letter.isalnum() else " " for letter in plain)
    slug = ""
    for word in letters.split():
        if len(slug) + 1 + len(word) > _SLUG_LENGTH:
            break
        slug += f"-{word}"
    return f"{number:0{max(width, 2)}}{slug}"
