"""Texts beside their sounds, in one file each or in a list of their folder.

Folders and archives are read in the same way: a reader returns what is at a path, or None.
"""

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ..archive import read_texts
from ..errors import TableError
from .column_roles import PINYIN
from .joining import named_by
from .list_reader import ListFormat
from .metadata import NAMES, SUFFIXES, parse_table
from .readers import festival, jsut, kaldi, kss, librispeech
from .readers.json_lines import json_text
from .text_files import TextDecoder, numbered_lines, read_bytes
from .text_table import TextRow, TextTable, check_text

# The real path and the bytes of a file; its suffix may be in capitals.
Reader = Callable[[Path], tuple[Path, bytes] | None]

# Suffixes after the name of the sound without its own suffix, then after its whole name.
SIDECARS = (".normalized.txt", ".txt", ".lab", ".trn", ".json")
FULL_NAME_SIDECARS = (".trn",)
ENDINGS = (".wav.trn", *SIDECARS)
# The suffixes of files with texts, which are read from an archive; Kaldi's have none.
TEXT_SUFFIXES = frozenset((*SUFFIXES, ".lab", ".trn", ".data", ""))
_LISTS = (*jsut.FILE_NAMES, *kss.FILE_NAMES, festival.FILE_NAME)
TEXTS_FOLDER = "txt"
SHOWN = 5

_MICROPHONE = re.compile(r"_mic[0-9]$")
_THCHS30 = re.compile(r"([A-D][0-9]+)_[0-9]+(?:\.wav)?\.trn")
_POINTER = re.compile(r"\S+\.trn")


def disk_reader() -> Reader:
    """A reader of the disk."""

    def names(folder: Path) -> Sequence[str]:
        try:
            return os.listdir(folder)  # noqa: PTH208 (only the names are needed)
        except (OSError, ValueError):  # no folder has a name with a zero byte
            return ()

    return _reader(names, lambda path: read_bytes(path) if path.is_file() else None)


def archive_reader(texts: Mapping[Path, bytes]) -> Reader:
    """A reader of the texts of an archive, by their paths."""
    folders = defaultdict(list)
    for path in texts:
        folders[path.parent].append(path.name)
    return _reader(lambda folder: folders.get(folder, ()), texts.get)


def _reader(
    names: Callable[[Path], Iterable[str]], content: Callable[[Path], bytes | None]
) -> Reader:
    """A reader that lists each folder once, and finds `a.TXT` where `a.txt` is asked for."""
    folders: dict[Path, dict[str, list[str]]] = {}

    def read(path: Path) -> tuple[Path, bytes] | None:
        if path.parent not in folders:
            folders[path.parent] = defaultdict(list)
            for name in sorted(names(path.parent)):
                folders[path.parent][name.lower()].append(name)
        known = folders[path.parent].get(path.name.lower(), ())
        same = [name for name in known if _small_suffix(name) == _small_suffix(path.name)]
        places = [path.with_name(name) for name in same]
        found = [(place, data) for place in places if (data := content(place)) is not None]
        if len({data for _, data in found}) > 1:
            others = ", ".join(place.name for place, _ in found[1:])
            raise TableError(found[0][0], 0, f"holds another text than {others}: keep one of them")
        return found[0] if found else None

    return read


def _small_suffix(name: str) -> str:
    """A name with the suffixes of a text beside a sound in small letters."""
    ending = next((end for end in ENDINGS if name.lower().endswith(end)), "")
    return name[: len(name) - len(ending)] + ending


def read_sidecars(
    sounds: Mapping[str, Sequence[Path]],
    folder: Path,
    read: Reader | None = None,
    form: ListFormat = ListFormat(),
) -> TextTable:
    """The texts beside sounds; `sounds` are the possible paths of each clip, by id.

    A text is in a file of the sound's name, in a folder `txt` as in VCTK, or in the list of a
    corpus in the sound's folder or its parent. Raises TableError naming what cannot be read.
    """
    read = read or disk_reader()
    decoder = TextDecoder(form.encoding)
    lists: dict[Path, dict[str, TextRow]] = {}
    rows: list[TextRow] = []
    notes: list[str] = []
    used: set[tuple[Path, str]] = set()
    for name, places in sounds.items():
        row, more = _own_row(name, _own_places(places, folder), read, decoder, form.pinyin)
        notes += more
        for path in _list_places(places) if row is None else ():
            if path not in lists:
                table = _list_at(path, read, form)
                notes += table.notes
                lists[path] = {row.key: row for row in table.rows}
            if found := _first_row(lists[path], places):
                used.add((path, found.key))
                row = replace(found, key=name, line=0)
                break
        rows += [row] if row else []
    notes += decoder.notes()
    notes += [note for path, table in lists.items() for note in _unused_note(path, table, used)]
    return TextTable(folder, tuple(rows), tuple(notes))


def read_pairs(
    path: Path, sound_suffixes: Collection[str], form: ListFormat = ListFormat()
) -> TextTable:
    """The texts of an archive of sounds: those beside its sounds, else in its list.

    In an archive of texts alone they are in its list or named as the sounds. Raises TableError.
    """
    base = Path(os.path.normpath(path))
    contents = read_texts(path, TEXT_SUFFIXES)
    texts = {base / name: data for name, data in contents.texts.items()}
    names = [PurePosixPath(name) for name in contents.names]
    found = [name for name in names if name.suffix.lower() in sound_suffixes]
    sounds = {name.with_suffix("").as_posix(): [base / name] for name in found}
    table = replace(read_sidecars(sounds, base, archive_reader(texts), form), path=path)
    lists = [name for name in names if name.name in NAMES and len(name.parts) < 3]
    if not table.rows and lists:
        first = base / min(lists, key=lambda name: (len(name.parts), NAMES.index(name.name)))
        speakers = texts.get(first.with_name(kaldi.SPEAKERS_NAME))
        table = parse_table(first, texts[first], sounds, speakers, form)
    elif not sounds:
        table = _texts_alone(path, base, texts, form)
    return replace(table, brings_sounds=bool(sounds))


def _texts_alone(
    path: Path, base: Path, texts: Mapping[Path, bytes], form: ListFormat
) -> TextTable:
    """The texts of an archive without sounds; a normalised text replaces the plain one."""
    names = [(at, at.name.lower()) for at in texts]
    endings = ((next((end for end in ENDINGS if name.endswith(end)), ""), at) for at, name in names)
    known = [(ending, place) for ending, place in endings if ending]
    rows: dict[str, TextRow] = {}
    notes: list[str] = []
    decoder, read = TextDecoder(form.encoding), archive_reader(texts)
    for ending, place in sorted(known, key=lambda entry: ENDINGS.index(entry[0])):
        name = place.relative_to(base).as_posix()[: -len(ending)]
        row, more = _own_row(name, [(place, None)], read, decoder, form.pinyin)
        if row:
            rows.setdefault(name, row)
        notes += more
    return TextTable(path, tuple(rows.values()), (*notes, *decoder.notes()))


def _list_at(path: Path, read: Reader, form: ListFormat) -> TextTable:
    found = read(path)
    return parse_table(*found, form=form) if found else TextTable(path, ())


def _own_row(
    name: str,
    places: Iterable[tuple[Path, str | None]],
    read: Reader,
    decoder: TextDecoder,
    pinyin: bool,
) -> tuple[TextRow | None, list[str]]:
    """The row of the first text file that a sound has, and notes on it."""
    notes: list[str] = []
    for place, speaker in places:
        if (file := read(place)) is None:
            continue
        path, suffix = file[0], place.suffix.lower()
        text = decoder.decode(*file)
        found: tuple[str, str | None] | None = (text, speaker)
        if suffix == ".json":
            found = _json_text(path, text, decoder)
        elif suffix == ".trn":
            lines = _lines_of(path, text, read, decoder)
            read_as_pinyin = pinyin and PINYIN.fullmatch(lines[1])
            found = lines[1 if read_as_pinyin else 0], _speaker_of(path)
        if found is None:
            continue
        check_text(path, 1, found[0])
        words = " ".join(line.strip() for _, line in numbered_lines(found[0]))
        if words:
            return TextRow(name, words, found[1]), notes
        notes.append(f"{path} is empty")
        break
    return None, notes


def _json_text(path: Path, text: str, decoder: TextDecoder) -> tuple[str, str | None] | None:
    try:
        return json_text(path, text)
    except TableError:
        decoder.notes()  # tells of an encoding that is not known rather than of its effects
        raise


def _own_places(places: Sequence[Path], folder: Path) -> Iterator[tuple[Path, str | None]]:
    """The paths where a sound's own text may be, each with the speaker that its folder names."""
    for path in places:
        yield from ((path.with_name(path.stem + suffix), None) for suffix in SIDECARS)
        yield from ((path.with_name(path.name + suffix), None) for suffix in FULL_NAME_SIDECARS)
    for path in places:
        speaker = path.parent.name
        for stem in dict.fromkeys((path.stem, _MICROPHONE.sub("", path.stem))):
            named = speaker if named_by(stem, speaker) else None
            yield path.parent.parent / TEXTS_FOLDER / f"{stem}.txt", named
            for root in (path.parent.parent.parent, folder):
                yield root / TEXTS_FOLDER / speaker / f"{stem}.txt", named


def _lines_of(
    path: Path, text: str, read: Reader, decoder: TextDecoder, followed: bool = False
) -> tuple[str, str]:
    """The first lines of a THCHS-30 transcript, words and pinyin; phonemes follow in the third.

    It may be the path of the real transcript instead. Raises TableError where that does not have
    the same name or is not in the same corpus.
    """
    lines = dict(numbered_lines(text))
    words, pinyin = (lines.get(number, "").strip() for number in (1, 2))
    if not _POINTER.fullmatch(words):
        return words, pinyin
    real = Path(os.path.normpath(path.parent / words))
    corpus = Path(os.path.abspath(path.parent.parent))  # noqa: PTH100 (must not follow links)
    inside = Path(os.path.abspath(real)).is_relative_to(corpus)  # noqa: PTH100 (the same)
    if real.name != path.name or not inside:
        raise TableError(path, 1, f"names {words}, which is not a transcript of this corpus")
    file = None if followed else read(real)
    if file is None:
        raise TableError(path, 1, f"names {words}, which has no words; copy the real one here")
    return _lines_of(file[0], decoder.decode(*file), read, decoder, followed=True)


def _speaker_of(path: Path) -> str | None:
    found = _THCHS30.fullmatch(path.name)
    return found[1] if found else None


def _list_places(places: Sequence[Path]) -> Iterator[Path]:
    """The paths where a list with the text of a sound may be."""
    for path in places:
        chapter = path.stem.rpartition("-")[0]
        yield path.with_name(chapter + librispeech.SUFFIX)
        for folder in (path.parent, path.parent.parent):
            yield from (folder / name for name in _LISTS)
            yield folder / "etc" / festival.FILE_NAME


def _first_row(table: Mapping[str, TextRow], places: Sequence[Path]) -> TextRow | None:
    """The row of a sound, by its name alone or with its folder, as KSS has them."""
    stems = [unicodedata.normalize("NFC", path.stem) for path in places]
    stems += [f"{path.parent.name}/{stem}" for path, stem in zip(places, stems, strict=True)]
    return next((table[stem] for stem in stems if stem in table), None)


def _unused_note(
    path: Path, table: Mapping[str, TextRow], used: Collection[tuple[Path, str]]
) -> list[str]:
    """A note on the texts of a folder's list without a sound, where there are any."""
    keys = [key for key in table if (path, key) not in used]
    if not keys:
        return []
    count = "1 text" if len(keys) == 1 else f"{len(keys)} texts"
    shown = ", ".join(keys[:SHOWN]) + (", …" if len(keys) > SHOWN else "")
    return [f"{path}: {count} without a sound: {shown}"]
