"""Texts that lie beside their sounds, one by one or in a list of their folder.

The same look serves a disk and an archive: where a file would be is a path, and a reader gives
its bytes or None.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ..archive import read_texts
from ..errors import TableError
from .columns import json_text
from .corpora import COLONS, FESTIVAL, KALDI_SPEAKERS, LIBRISPEECH
from .joining import named_by
from .rows import Row, Table, check_text, decode, numbered_lines, read_bytes
from .tables import NAMES, SUFFIXES, parse_table

Reader = Callable[[Path], bytes | None]

# Behind the name without the sound's suffix, then behind the whole name.
SIDECARS = (".normalized.txt", ".txt", ".lab", ".trn", ".json")
WHOLE_SIDECARS = (".trn",)
ENDINGS = (".wav.trn", *SIDECARS)
# Every kind of file that may hold texts, and is wanted of an archive; Kaldi's have no suffix.
TEXT_SUFFIXES = frozenset((*SUFFIXES, ".lab", ".trn", ".data", ""))
TEXTS_FOLDER = "txt"
SHOWN = 5

_MICROPHONE = re.compile(r"_mic[0-9]$")
_THCHS30 = re.compile(r"([A-D][0-9]+)_[0-9]+(?:\.wav)?\.trn")
_POINTER = re.compile(r"\S+\.trn")


def disk_reader() -> Reader:
    """A reader of the disk that looks into a folder once."""
    folders: dict[Path, frozenset[str]] = {}

    def read(path: Path) -> bytes | None:
        if path.parent not in folders:
            folders[path.parent] = _names(path.parent)
        there = path.name in folders[path.parent] and path.is_file()
        return read_bytes(path) if there else None

    return read


def _names(folder: Path) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208 (a set of names is all that is wanted)
    except OSError:
        return frozenset()


def read_sidecars(
    sounds: Mapping[str, Sequence[Path]], folder: Path, read: Reader | None = None
) -> Table:
    """The texts beside sounds, `sounds` being the places of each clip by id.

    They are in a file of the sound's name, in a folder `txt` as VCTK has it, or in a corpus's
    list of the sound's folder or the one above. Raises TableError naming what cannot be read.
    """
    read = read or disk_reader()
    lists: dict[Path, dict[str, Row]] = {}
    rows, told, used = [], [], set()
    for name, places in sounds.items():
        row, notes = _own_row(name, _own_places(places, folder), read)
        told += notes
        for path in _list_places(places) if row is None else ():
            if path not in lists:
                table = _list_at(path, read)
                told += table.notes
                lists[path] = {row.key: row for row in table.rows}
            if found := _first_row(lists[path], places):
                used.add((path, found.key))
                row = replace(found, key=name, line=0)
                break
        rows += [row] if row else []
    told += [note for path, table in lists.items() for note in _left_over(path, table, used)]
    return Table(folder, tuple(rows), tuple(told))


def read_pairs(path: Path, sound_suffixes: Collection[str]) -> Table:
    """The texts of an archive of sounds, in memory: those beside its sounds, else in its list.

    Where it holds texts alone, they are in its list or named as the sounds. Raises TableError.
    """
    base = Path(os.path.normpath(path))
    contents = read_texts(path, TEXT_SUFFIXES)
    texts = {base / name: data for name, data in contents.texts.items()}
    names = [PurePosixPath(name) for name in contents.names]
    found = [name for name in names if name.suffix.lower() in sound_suffixes]
    sounds = {name.with_suffix("").as_posix(): [base / name] for name in found}
    table = replace(read_sidecars(sounds, base, texts.get), path=path)
    lists = [name for name in names if name.name in NAMES and len(name.parts) < 3]
    if not table.rows and lists:
        first = base / min(lists, key=lambda name: (len(name.parts), NAMES.index(name.name)))
        speakers = texts.get(first.with_name(KALDI_SPEAKERS))
        table = parse_table(first, texts[first], sounds, speakers)
    elif not sounds:
        table = _texts_alone(path, base, texts)
    return replace(table, brings_sounds=bool(sounds))


def _texts_alone(path: Path, base: Path, texts: Mapping[Path, bytes]) -> Table:
    """The texts of an archive without sounds, those that are spelled out before the others."""
    endings = ((next((end for end in ENDINGS if at.name.endswith(end)), ""), at) for at in texts)
    known = [(ending, place) for ending, place in endings if ending]
    rows: dict[str, Row] = {}
    told = []
    for ending, place in sorted(known, key=lambda entry: ENDINGS.index(entry[0])):
        name = place.relative_to(base).as_posix().removesuffix(ending)
        row, notes = _own_row(name, [(place, None)], texts.get)
        if row:
            rows.setdefault(name, row)
        told += notes
    return Table(path, tuple(rows.values()), tuple(told))


def _list_at(path: Path, read: Reader) -> Table:
    data = read(path)
    return Table(path, ()) if data is None else parse_table(path, data)


def _own_row(
    name: str, places: Iterable[tuple[Path, str | None]], read: Reader
) -> tuple[Row | None, list[str]]:
    """The row of the first text file that a sound has, and what there is to tell of it."""
    told: list[str] = []
    for path, speaker in places:
        if (data := read(path)) is None:
            continue
        text, notes = decode(path, data)
        told += notes
        spoken: tuple[str, str | None] | None = (text, speaker)
        if path.suffix == ".json":
            spoken = json_text(path, text)
        elif path.suffix == ".trn":
            spoken = _words_of(path, text, read), _speaker_of(path)
        if spoken is None:
            continue
        check_text(path, 1, spoken[0])
        words = " ".join(line.strip() for _, line in numbered_lines(spoken[0]))
        if words:
            return Row(name, words, spoken[1]), told
        told.append(f"{path} is empty")
        break
    return None, told


def _own_places(places: Sequence[Path], folder: Path) -> Iterator[tuple[Path, str | None]]:
    """Where a sound's own text may be, with the speaker that the place would tell."""
    for path in places:
        yield from ((path.with_name(path.stem + suffix), None) for suffix in SIDECARS)
        yield from ((path.with_name(path.name + suffix), None) for suffix in WHOLE_SIDECARS)
    for path in places:
        speaker = path.parent.name
        for stem in dict.fromkeys((path.stem, _MICROPHONE.sub("", path.stem))):
            known = speaker if named_by(stem, speaker) else None
            yield path.parent.parent / TEXTS_FOLDER / f"{stem}.txt", known
            for root in (path.parent.parent.parent, folder):
                yield root / TEXTS_FOLDER / speaker / f"{stem}.txt", known


def _words_of(path: Path, text: str, read: Reader, followed: bool = False) -> str:
    """The first line of a THCHS-30 transcript: words, above their syllables and phonemes.

    A transcript may name the real one instead. Raises TableError where that is not one of the
    same name in the same corpus.
    """
    number, words = next(numbered_lines(text), (1, ""))
    words = words.strip() if number == 1 else ""
    if not _POINTER.fullmatch(words):
        return words
    real = Path(os.path.normpath(path.parent / words))
    corpus = Path(os.path.abspath(path.parent.parent))  # noqa: PTH100 (no link is followed)
    inside = Path(os.path.abspath(real)).is_relative_to(corpus)  # noqa: PTH100
    if real.name != path.name or not inside:
        raise TableError(path, 1, f"names {words}, which is no transcript of this corpus")
    data = None if followed else read(real)
    if data is None:
        raise TableError(path, 1, f"names {words}, which has no words; copy the real one here")
    return _words_of(real, decode(real, data)[0], read, followed=True)


def _speaker_of(path: Path) -> str | None:
    found = _THCHS30.fullmatch(path.name)
    return found[1] if found else None


def _list_places(places: Sequence[Path]) -> Iterator[Path]:
    """Where a list may be that has the text of a sound among others."""
    for path in places:
        chapter = path.stem.rpartition("-")[0]
        yield path.with_name(chapter + LIBRISPEECH)
        for folder in (path.parent, path.parent.parent):
            yield from (folder / name for name in (*COLONS, FESTIVAL))
            yield folder / "etc" / FESTIVAL


def _first_row(table: Mapping[str, Row], places: Sequence[Path]) -> Row | None:
    stems = (unicodedata.normalize("NFC", path.stem) for path in places)
    return next((table[stem] for stem in stems if stem in table), None)


def _left_over(
    path: Path, table: Mapping[str, Row], used: Collection[tuple[Path, str]]
) -> list[str]:
    """The texts of a folder's list whose sounds are not there, in a sentence."""
    keys = [key for key in table if (path, key) not in used]
    if not keys:
        return []
    count = "1 text" if len(keys) == 1 else f"{len(keys)} texts"
    shown = ", ".join(keys[:SHOWN]) + (", …" if len(keys) > SHOWN else "")
    return [f"{path}: {count} without a sound: {shown}"]
