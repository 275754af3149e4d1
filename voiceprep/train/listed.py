"""From a list of clips and texts to the items that are trained on, and why the others are not."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..batch import Progress, no_progress
from ..clip import CLIPS, read_clips
from ..errors import ClipError, TableError, Unusable, UserError
from ..records import Outcome
from ..text.encode import encode
from ..text.rows import Row, decode, numbered_lines, read_bytes
from .cached import Cached
from .data import Item, Items
from .mels import MEL_SUFFIXES, mel_frames
from .voice import Voice

# Folders below which a path is what a dataset calls a clip.
FOLDERS = ("wavs", "mels")
NO_SYMBOLS = np.zeros(0, np.int16)


@dataclass(frozen=True)
class Listed:
    """The items of a list and an outcome for every line that is none: together all its lines."""

    items: Items
    left_out: tuple[Outcome, ...] = ()
    notes: tuple[str, ...] = ()


def load_items(
    path: Path,
    dataset: Path,
    voice: Voice,
    source: str = "mels",
    progress: Progress = no_progress,
) -> Listed:
    """The items of a list of `path|text`, wavs or mels, whose paths are relative to `dataset`.

    For a listed wav, `source` says whether its cached mel, DATASET/mels/ID.npy, is trained on
    ("mels") or the wav itself ("wavs"); a listed mel is taken as it is. Left out is what is of no
    use: no text, no symbol that the voice knows, no file, a mel with NaN or of another shape, or
    with fewer frames than the text has symbols.

    Raises TableError for a line that is none, and CacheError where mels were made with other
    settings than the voice's, or of recordings that have changed, or are still to be made.
    """
    rows, notes = read_list(path)
    cached = Cached(voice.mel)
    numbers = {symbol: number for number, symbol in enumerate(voice.symbols)}
    left_out: list[Outcome] = []
    first_lines: dict[str, int] = {}

    def item(name: str, row: Row) -> Item | None:
        if first_lines.setdefault(row.key, row.line) != row.line:
            raise Unusable(f"is listed twice: line {first_lines[row.key]} has it already")
        symbols = spelled(row.text, voice.cleaner, numbers)
        file: Path | None = _inside(dataset, row.key)
        if file.suffix.lower() not in MEL_SUFFIXES and source == "mels":
            file = cached.find(dataset / "mels", name, file)
        return Item(name, symbols, _frames(file, cached, len(symbols)), file) if file else None

    def found() -> Iterator[Item]:
        pairs = list(zip(clip_names(rows, dataset), rows, strict=True))
        for name, row in progress(pairs, len(pairs)):
            try:
                if made := item(name, row):
                    yield made
            except ClipError as error:
                left_out.append(_left_out(name, error))

    items = Items(found())
    cached.check()
    return Listed(items, tuple(left_out), (*notes, *cached.notes))


def load_sounds(
    path: Path, dataset: Path, voice: Voice, progress: Progress = no_progress
) -> Listed:
    """The recordings of a list, for a vocoder: lines of `path` or `path|text`, texts unread.

    Paths are relative to `dataset`. Left out is what is of no use: no file, not the voice's rate,
    too short for a spectrogram, a mel in place of a sound. Raises TableError for a line that is
    none.
    """
    rows, notes = read_list(path, least=0)
    left_out: list[Outcome] = []

    def item(name: str, row: Row) -> Item:
        file = _inside(dataset, row.key)
        if file.suffix.lower() in MEL_SUFFIXES:
            raise Unusable("is a mel: a vocoder learns from sounds, as in filelists/train.txt")
        return Item(name, NO_SYMBOLS, mel_frames(file, voice.mel), file)

    def found() -> Iterator[Item]:
        pairs = list(zip(clip_names(rows, dataset), rows, strict=True))
        for name, row in progress(pairs, len(pairs)):
            try:
                yield item(name, row)
            except ClipError as error:
                left_out.append(_left_out(name, error))

    items = Items(found())
    return Listed(items, tuple(left_out), notes)


def read_list(path: Path, least: int = 1) -> tuple[list[Row], tuple[str, ...]]:
    """The rows of a list of `path|text` or `path|text|speaker`, and what there is to tell of it.

    A text may be empty, and where `least` is 0 it may be missing. Raises TableError naming the
    line that is none.
    """
    if not path.is_file():
        raise UserError(f"{path}: there is no such list; run voiceprep filelist first")
    text, notes = decode(path, read_bytes(path))
    rows = []
    for number, line in numbered_lines(text):
        key, *values = (value.strip() for value in line.split("|"))
        if not Path(key).name or not least <= len(values) <= 2:
            raise TableError(path, number, "path|text is wanted, or path|text|speaker")
        rows.append(Row(key, *(values or [""]), line=number))
    return rows, notes


def clip_names(rows: Sequence[Row], dataset: Path) -> list[str]:
    """The id of every row: the dataset's own for its path, else the path below `wavs` or `mels`.

    Where two paths would have one name, the later one is called by its path in full.
    """
    names = {clip.path: clip.id for clip in read_clips(dataset / CLIPS)}
    taken = {name: path for path, name in names.items()}
    for key in (row.key for row in rows if row.key not in names):
        whole = Path(key).with_suffix("")
        start = next((n + 1 for n, part in enumerate(whole.parts) if part in FOLDERS), 0)
        short = Path(*whole.parts[start:]).as_posix()
        found = (name for name in (short, whole.as_posix(), key) if taken.get(name, key) == key)
        names[key] = next(found, key)
        taken[names[key]] = key
    return [names[row.key] for row in rows]


def spelled(text: str, cleaner: str, numbers: dict[str, int]) -> np.ndarray:
    """The text's symbols as the voice numbers them, int16 (N,); raises Unusable for none."""
    if not text:
        raise Unusable("has no text")
    known = [numbers[symbol] for symbol in encode(text, cleaner).symbols if symbol in numbers]
    if not known:
        raise Unusable(f"nothing of its text can be read by the voice: {text[:40]!r}")
    return np.array(known, np.int16)


def _frames(file: Path, cached: Cached, symbols: int) -> int:
    frames = mel_frames(file, cached.config, cached.trusts(file))
    if frames < symbols:
        raise Unusable(
            f"has {frames} frames for {symbols} symbols, not one for each: the text is another "
            "one's, or the recording is cut off"
        )
    return frames


def _left_out(name: str, error: ClipError) -> Outcome:
    return Outcome(name, "quarantined" if isinstance(error, Unusable) else "failed", error.why)


def _inside(dataset: Path, path: str) -> Path:
    """The listed file; raises Unusable where the path leads out of the dataset."""
    base = Path(os.path.normpath(dataset.absolute()))
    file = Path(os.path.normpath(base / path))
    if not file.is_relative_to(base):
        raise Unusable(f"{path} leads out of {dataset}: name the folder that holds it with -d")
    return file
