"""From a list of clips and texts to the items to train on, and why the others were left out."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...batch.run import Progress, no_progress
from ...clip import CLIPS, read_clips
from ...errors import ClipError, Missing, SourceError, TableError, Unusable
from ...records import Outcome
from ...text.column_roles import infer_roles
from ...text.encode import Encoding
from ...text.text_files import decode, numbered_lines, read_bytes
from ...text.text_table import TextRow
from ..frontend import FrontendConfig
from .items import Item, Items
from .left_out import LISTED, describe_left_out
from .mel_cache import MelCache
from .mel_files import MEL_SUFFIXES, mel_frames

# Below these folders a path is the id of a clip.
FOLDERS = ("wavs", "mels")
NO_SYMBOLS = np.zeros(0, np.int16)


@dataclass(frozen=True)
class LoadedClips:
    """The items of a list and an outcome for every other line: together all its lines.

    `left_out_lines` describe those that were left out, many of one cause in one line.
    """

    items: Items
    left_out: tuple[Outcome, ...] = ()
    notes: tuple[str, ...] = ()
    left_out_lines: tuple[str, ...] = ()


class _Outside(Unusable):
    """A listed path that leads out of the dataset."""


def load_text_clips(
    path: Path,
    dataset: Path,
    voice: FrontendConfig,
    source: str = "mels",
    progress: Progress = no_progress,
) -> LoadedClips:
    """The items of a list of `path|text`, wavs or mels, whose paths are relative to `dataset`.

    For a listed wav, `source` selects its cached mel, DATASET/mels/ID.npy ("mels"), or the wav
    itself ("wavs"); a listed mel is used as it is. Left out are unusable clips: no text, no symbol
    that the voice knows, no file, a mel with NaN or of another shape, or with fewer frames than
    the text has symbols.

    Raises TableError for an invalid line, and CacheError where mels were made with other settings
    than the voice's or from recordings that have changed, or are missing.
    """
    rows, notes = read_list(path)
    cached = MelCache(voice.mel)
    numbers = {symbol: number for number, symbol in enumerate(voice.symbols)}
    texts = list(dict.fromkeys(row.text for row in rows))
    encodings = dict(zip(texts, voice.text.encode_all(texts), strict=True))
    left_out: list[Outcome] = []
    first_lines: dict[str, int] = {}

    def item(name: str, row: TextRow) -> Item | None:
        if first_lines.setdefault(row.key, row.line) != row.line:
            raise Unusable(f"is listed twice: line {first_lines[row.key]} has it already")
        symbols = symbol_ids(encodings[row.text], numbers)
        listed = _inside(dataset, row.key)
        file: Path | None = listed
        if listed.suffix.lower() not in MEL_SUFFIXES and source == "mels":
            file = cached.find(dataset / "mels", name, listed)
        return Item(name, symbols, _frames(file, cached, len(symbols)), file) if file else None

    def usable() -> Iterator[Item]:
        pairs = list(zip(clip_names(rows, dataset), rows, strict=True))
        for name, row in progress(pairs, len(pairs)):
            try:
                if made := item(name, row):
                    yield made
            except ClipError as error:
                left_out.append(_left_out(name, row, error))

    items = Items(usable())
    cached.check()
    described = describe_left_out(left_out, len(rows), path, dataset)
    return LoadedClips(items, tuple(left_out), (*notes, *cached.notes), described)


def load_audio_clips(
    path: Path, dataset: Path, voice: FrontendConfig, progress: Progress = no_progress
) -> LoadedClips:
    """The recordings of a list, for a vocoder: lines of `path` or `path|text`, texts unread.

    Paths are relative to `dataset`. Left out are unusable clips: no file, not the voice's rate,
    too short for a spectrogram, a mel in place of a sound. Raises TableError for an invalid line.
    """
    rows, notes = read_list(path, least=0)
    left_out: list[Outcome] = []

    def item(name: str, row: TextRow) -> Item:
        file = _inside(dataset, row.key)
        if file.suffix.lower() in MEL_SUFFIXES:
            raise Unusable("is a mel: a vocoder is trained on wavs, as in filelists/train.txt")
        return Item(name, NO_SYMBOLS, mel_frames(file, voice.mel), file)

    def usable() -> Iterator[Item]:
        pairs = list(zip(clip_names(rows, dataset), rows, strict=True))
        for name, row in progress(pairs, len(pairs)):
            try:
                yield item(name, row)
            except ClipError as error:
                left_out.append(_left_out(name, row, error))

    items = Items(usable())
    described = describe_left_out(left_out, len(rows), path, dataset)
    return LoadedClips(items, tuple(left_out), notes, described)


def read_list(path: Path, least: int = 1) -> tuple[list[TextRow], tuple[str, ...]]:
    """The rows of a list of `path|text` or `path|text|speaker`, and notes on how it was read.

    A text may be empty, and where `least` is 0 it may be missing. Raises SourceError where there
    is no list, and TableError naming an invalid line.
    """
    if not path.is_file():
        raise SourceError(path, "there is no such list; run voiceprep filelist first")
    text, notes = decode(path, read_bytes(path))
    rows = []
    for number, line in numbered_lines(text):
        key, *values = (value.strip() for value in line.split("|"))
        if not Path(key).name or not least <= len(values) <= 2:
            raise TableError(path, number, "path|text is expected, or path|text|speaker")
        spoken, speaker = (*values, None, None)[:2]
        rows.append(TextRow(key, spoken or "", speaker, number))
    _check_order(path, rows)
    return rows, notes


def _check_order(path: Path, rows: Sequence[TextRow]) -> None:
    """Raise TableError where the speakers clearly come before the texts, as in `path|3|text`."""
    whole = [(row.key, row.text, row.speaker) for row in rows if row.speaker]
    if whole and infer_roles(whole, ()) == [("id", "speaker", "text")]:
        why = "its texts are in the third column: path|text|speaker is expected"
        raise TableError(path, rows[0].line, f"{why}; voiceprep filelist --metadata reads it")


def clip_names(rows: Sequence[TextRow], dataset: Path) -> list[str]:
    """The id of every row: the dataset's own for its path, else the path below `wavs` or `mels`.

    Where two paths would have the same id, the later one's is its full path.
    """
    names = {clip.path: clip.id for clip in read_clips(dataset / CLIPS)}
    taken = {name: path for path, name in names.items()}
    for key in (row.key for row in rows if row.key not in names):
        full = Path(key).with_suffix("")
        start = next((n + 1 for n, part in enumerate(full.parts) if part in FOLDERS), 0)
        short = Path(*full.parts[start:]).as_posix()
        free = (name for name in (short, full.as_posix(), key) if taken.get(name, key) == key)
        names[key] = next(free, key)
        taken[names[key]] = key
    return [names[row.key] for row in rows]


def symbol_ids(encoding: Encoding, numbers: dict[str, int]) -> np.ndarray:
    """A text's symbols as the voice numbers them, int16 (N,); raises Unusable for none."""
    if not encoding.text:
        raise Unusable("has no text")
    known = [numbers[symbol] for symbol in encoding.symbols if symbol in numbers]
    if not known:
        raise Unusable(f"no symbol of its text is known to the voice: {encoding.text[:40]!r}")
    return np.array(known, np.int16)


def _frames(file: Path, cached: MelCache, symbols: int) -> int:
    frames = mel_frames(file, cached.config, cached.trusts(file))
    if frames < symbols:
        raise Unusable(
            f"has {frames} frames for {symbols} symbols, fewer than one each: the text is of "
            "another clip, or the recording is cut off"
        )
    return frames


def _left_out(name: str, row: TextRow, error: ClipError) -> Outcome:
    status = "quarantined" if isinstance(error, Unusable) else "failed"
    facts = {LISTED: row.key} if isinstance(error, Missing | _Outside) else {}
    return Outcome(name, status, error.why, facts)


def _inside(dataset: Path, path: str) -> Path:
    """The listed file; raises Unusable where the path is outside of the dataset."""
    base = Path(os.path.normpath(dataset.absolute()))
    file = Path(os.path.normpath(base / path))
    if not file.is_relative_to(base):
        raise _Outside(f"{path} is outside of {dataset}: name the folder that holds it with -d")
    return file
