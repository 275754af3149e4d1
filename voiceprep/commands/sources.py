"""What a report is about: a dataset, a folder of sounds, or a list, and the texts to it."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ..audio.files import SUFFIXES, find_sounds, sounds_by_name
from ..clip import CLIPS, Clip
from ..errors import UserError
from ..origins import Origins
from ..records import Outcome
from ..text.joining import folder_speakers
from ..text.rows import Row
from ..text.tables import find_tables, read_table
from .clips import dataset_clips
from .texts import join_texts, tell_not_joined

WAVS = "wavs"
MELS = (".npy", ".pt")
# What holds texts or tells of sounds: nobody takes it for one.
WRITING = {".csv", ".tsv", ".txt", ".json", ".jsonl", ".toml", ".html", ".js"}
# What NVIDIA's lists have in place of the folder of wavs, for their reader to fill in.
DUMMY = "DUMMY"


@dataclass(frozen=True)
class Material:
    """The clips of a source, their paths relative to `base`; `text` is None where none is known.

    `troubles` are what a list names and nobody finds.
    """

    base: Path
    clips: tuple[Clip, ...]
    troubles: tuple[Outcome, ...] = ()
    notes: tuple[str, ...] = ()


def find_material(source: Path | None, dataset: Path, metadata: str) -> Material:
    """The clips of `source`, of the dataset where there is none; raises UserError.

    A source is a dataset's folder, any folder of sounds, one sound, or a list of `path|text` or
    `id|text`. Texts are looked for as `filelist` does; a folder of sounds can do without.
    """
    if source is not None and source.is_file() and source.suffix.lower() not in SUFFIXES:
        return _listed(source, dataset)
    where = source or dataset
    if _is_dataset(where):
        return _with_texts(where, dataset_clips(where), metadata)
    found = find_sounds(where)
    base = _base(where, found.folder, dataset)
    clips = [
        Clip(name, Path(os.path.relpath(path, base)).as_posix())
        for name, path in sounds_by_name(found).items()
    ]
    ordered = sorted(clips, key=lambda clip: clip.id)
    material = _with_texts(base, ordered, metadata, found.folder)
    others = {kind: count for kind, count in found.others.items() if kind not in WRITING}
    notes = replace(found, others=others).notes
    return replace(material, notes=(*notes, *material.notes))


def _is_dataset(folder: Path) -> bool:
    return (folder / WAVS).is_dir() or (folder / CLIPS).is_file()


def _base(source: Path, folder: Path, dataset: Path) -> Path:
    """The folder that a folder of sounds belongs to, where its texts may be."""
    if source != dataset and folder.resolve().is_relative_to(dataset.resolve()):
        return dataset
    return folder.parent if folder.name == WAVS else folder


def _with_texts(
    base: Path, clips: Sequence[Clip], metadata: str, near: Path | None = None
) -> Material:
    """The clips with the texts that are found, or as they are where none is.

    Where `base` has none, a list in the folder `near` is read.
    """
    bare = {clip.id: _bare(clip) for clip in clips}
    unique = {bare[clip.id]: replace(clip, id=bare[clip.id]) for clip in clips}
    joined, notes = join_texts(base, list(unique.values()), metadata, Origins(base))
    if joined.empty and near and not metadata and (tables := find_tables(near)):
        found = str(tables[0].resolve())
        joined, notes = join_texts(base, list(unique.values()), found, Origins(base))
    if joined.empty:
        told = "no texts were found: what texts tell is left out; --metadata names a list"
        return Material(base, tuple(clips), (), (*notes, told))
    speakers = folder_speakers([clip.id for clip in clips])
    told = []
    for clip in clips:
        row = joined.rows.get(bare[clip.id])
        speaker = (row and row.speaker) or clip.speaker or speakers.get(clip.id)
        told.append(replace(clip, text=row.text if row else "", speaker=speaker))
    return Material(base, tuple(told), (), (*notes, *tell_not_joined(joined)))


def _bare(clip: Clip) -> str:
    """The id without the suffix that tells two sounds of one name apart."""
    return clip.id.removesuffix(PurePosixPath(clip.path).suffix)


def _listed(path: Path, dataset: Path) -> Material:
    """The clips that a list names by their paths, or those of its folder that it names by id."""
    table = read_table(path)
    if any(Path(row.key).suffix.lower() in MELS for row in table.rows):
        raise UserError(f"{path} lists mels; name the list of sounds, as in filelists/train.txt")
    if not any(Path(row.key).suffix.lower() in SUFFIXES for row in table.rows):
        base = path.parent
        found = dataset_clips(base) if _is_dataset(base) else find_material(base, base, "").clips
        return _with_texts(base, list(found), str(path.resolve()))
    absolute = [row.key for row in table.rows if PurePosixPath(row.key).is_absolute()]
    shared = os.path.commonpath([PurePosixPath(key).parent for key in absolute] or ["/"])
    clips: dict[str, Clip] = {}
    troubles: list[Outcome] = []
    for row in table.rows:
        _settle(row, _name(row.key, shared), path, dataset, clips, troubles)
    if not clips:
        raise UserError(
            f"{path}: none of its {len(table.rows)} sounds is there, the first being "
            f"{table.rows[0].key}; -d names the folder that its paths begin in"
        )
    ordered = tuple(clips[name] for name in sorted(clips))
    return Material(dataset, ordered, tuple(troubles), table.notes)


def _settle(
    row: Row,
    name: str,
    path: Path,
    dataset: Path,
    clips: dict[str, Clip],
    troubles: list[Outcome],
) -> None:
    sound = next((place for place in _places(row.key, path, dataset) if place.is_file()), None)
    if name in clips:
        why = f"is listed again in line {row.line} of {path.name}"
        troubles.append(Outcome(f"{name} (line {row.line})", "failed", why, {"path": row.key}))
    elif sound is None:
        why = f"there is no such file, named in line {row.line} of {path.name}"
        troubles.append(Outcome(name, "failed", why, {"path": row.key}))
    else:
        relative = Path(os.path.relpath(sound, dataset)).as_posix()
        clips[name] = Clip(name, relative, row.text, row.speaker)


def _name(key: str, shared: str) -> str:
    """The id of a listed path: without its suffix and the folder that a dataset keeps wavs in.

    Of an absolute path without what all of them begin with, `shared`.
    """
    path = PurePosixPath(key).with_suffix("")
    if path.is_absolute():
        path = path.relative_to(shared)
    parts = [part for part in path.parts if part not in ("/", "..")]
    return "/".join(parts[1:] if parts[0] in (WAVS, DUMMY) and len(parts) > 1 else parts)


def _places(key: str, path: Path, dataset: Path) -> Iterator[Path]:
    """Where a list's path may lead: from the dataset, the list's folder or the one above it."""
    folders = (dataset, path.parent, path.parent.parent)
    yield from (folder / key for folder in folders)
    if key.startswith(f"{DUMMY}/"):
        name = key.removeprefix(f"{DUMMY}/")
        yield from (place / name for folder in folders for place in (folder / WAVS, folder))
