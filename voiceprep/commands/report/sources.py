"""Finds the clips of a report: a dataset, a folder of sounds or a list, joined to their texts."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ...audio.files import SUFFIXES, find_sounds, is_sound, sounds_by_name
from ...clip import CLIPS, Clip
from ...dataset.clips import dataset_clips
from ...dataset.provenance import Provenance
from ...dataset.texts import join_texts, unmatched_notes
from ...errors import UserError
from ...records import Outcome
from ...text.joining import folder_speakers
from ...text.list_reader import ListFormat
from ...text.metadata import find_tables, read_table
from ...text.text_table import TextRow

WAVS = "wavs"
MELS = (".npy", ".pt")
# Files beside sounds that are expected, and not reported as unknown.
KNOWN_SUFFIXES = {".csv", ".tsv", ".txt", ".json", ".jsonl", ".toml", ".html", ".js"}
# The placeholder for the folder of wavs in NVIDIA's lists.
DUMMY = "DUMMY"


@dataclass(frozen=True)
class Material:
    """The clips of a source, their paths relative to `base`; `text` is None where none is known.

    `troubles` are entries of a list that have no sound.
    """

    base: Path
    clips: tuple[Clip, ...]
    troubles: tuple[Outcome, ...] = ()
    notes: tuple[str, ...] = ()


def find_material(
    source: Path | None, dataset: Path, metadata: str, form: ListFormat = ListFormat()
) -> Material:
    """The clips of `source`, by default of the dataset; raises UserError.

    A source is a dataset's folder, any folder of sounds, one sound, or a list of `path|text` or
    `id|text`. Texts are found as `filelist` finds them; a folder of sounds needs none.
    """
    if source is not None and source.is_file() and not is_sound(source):
        return _listed(source, dataset, form)
    where = source or dataset
    if _is_dataset(where):
        return _with_texts(where, dataset_clips(where), metadata, form)
    found = find_sounds(where)
    base = _base(where, found.folder, dataset)
    clips = [
        Clip(name, Path(os.path.relpath(path, base)).as_posix())
        for name, path in sounds_by_name(found).items()
    ]
    ordered = sorted(clips, key=lambda clip: clip.id)
    material = _with_texts(base, ordered, metadata, form, found.folder)
    others = {kind: n for kind, n in found.others.items() if kind not in KNOWN_SUFFIXES}
    notes = replace(found, others=others).notes
    return replace(material, notes=(*notes, *material.notes))


def _is_dataset(folder: Path) -> bool:
    return (folder / WAVS).is_dir() or (folder / CLIPS).is_file()


def _base(source: Path, folder: Path, dataset: Path) -> Path:
    """The folder that a folder of sounds belongs to, in which its texts are searched."""
    if source != dataset and folder.resolve().is_relative_to(dataset.resolve()):
        return dataset
    return folder.parent if folder.name == WAVS else folder


def _with_texts(
    base: Path, clips: Sequence[Clip], metadata: str, form: ListFormat, near: Path | None = None
) -> Material:
    """The clips joined to their texts, or unchanged where no texts are found.

    Where `base` has no texts, a list in the folder `near` is read.
    """
    bare = {clip.id: _bare(clip) for clip in clips}
    unique = {bare[clip.id]: replace(clip, id=bare[clip.id]) for clip in clips}
    named, origins = list(unique.values()), Provenance(base)
    joined, notes = join_texts(base, named, metadata, origins, form)
    if joined.empty and near and not metadata and (tables := find_tables(near)):
        found = str(tables[0].resolve())
        joined, notes = join_texts(base, named, found, origins, form)
    if joined.empty:
        note = "no texts were found: text checks are left out; --metadata names a list"
        return Material(base, tuple(clips), (), (*notes, note))
    speakers = folder_speakers([clip.id for clip in clips])
    with_texts = []
    for clip in clips:
        row = joined.rows.get(bare[clip.id])
        speaker = (row and row.speaker) or clip.speaker or speakers.get(clip.id)
        with_texts.append(replace(clip, text=row.text if row else "", speaker=speaker))
    return Material(base, tuple(with_texts), (), (*notes, *unmatched_notes(joined)))


def _bare(clip: Clip) -> str:
    """The id without the suffix that distinguishes two sounds of one name."""
    return clip.id.removesuffix(PurePosixPath(clip.path).suffix)


def _listed(path: Path, dataset: Path, form: ListFormat) -> Material:
    """The clips that a list names by path, or by id in the list's own folder."""
    table = read_table(path, (), form)
    if any(Path(row.key).suffix.lower() in MELS for row in table.rows):
        raise UserError(f"{path} lists mels; name the list of sounds, as in filelists/train.txt")
    if not any(Path(row.key).suffix.lower() in SUFFIXES for row in table.rows):
        base = path.parent
        found = (
            dataset_clips(base) if _is_dataset(base) else find_material(base, base, "", form).clips
        )
        return _with_texts(base, list(found), str(path.resolve()), form)
    absolute = [row.key for row in table.rows if PurePosixPath(row.key).is_absolute()]
    shared = os.path.commonpath([str(PurePosixPath(key).parent) for key in absolute] or ["/"])
    clips: dict[str, Clip] = {}
    troubles: list[Outcome] = []
    for row in table.rows:
        _find_sound(row, _name(row.key, shared), path, dataset, clips, troubles)
    if not clips:
        raise UserError(
            f"{path}: none of its {len(table.rows)} sounds exists, the first is "
            f"{table.rows[0].key}; -d names the folder that its paths are relative to"
        )
    ordered = tuple(clips[name] for name in sorted(clips))
    return Material(dataset, ordered, tuple(troubles), table.notes)


def _find_sound(
    row: TextRow,
    name: str,
    path: Path,
    dataset: Path,
    clips: dict[str, Clip],
    troubles: list[Outcome],
) -> None:
    sound = next((place for place in _places(row.key, path, dataset) if place.is_file()), None)
    if name in clips:
        why = f"listed again in line {row.line} of {path.name}"
        troubles.append(Outcome(f"{name} (line {row.line})", "failed", why, {"path": row.key}))
    elif sound is None:
        why = f"there is no such file, named in line {row.line} of {path.name}"
        troubles.append(Outcome(name, "failed", why, {"path": row.key}))
    else:
        relative = Path(os.path.relpath(sound, dataset)).as_posix()
        clips[name] = Clip(name, relative, row.text, row.speaker)


def _name(key: str, shared: str) -> str:
    """The id of a listed path: without its suffix and the leading folder of wavs.

    An absolute path also loses `shared`, the folder that all of them begin with.
    """
    path = PurePosixPath(key).with_suffix("")
    if path.is_absolute():
        path = path.relative_to(shared)
    parts = [part for part in path.parts if part not in ("/", "..")]
    return "/".join(parts[1:] if parts[0] in (WAVS, DUMMY) and len(parts) > 1 else parts)


def _places(key: str, path: Path, dataset: Path) -> Iterator[Path]:
    """Candidates for a listed path: below the dataset, the list's folder or the one above it."""
    folders = (dataset, path.parent, path.parent.parent)
    yield from (folder / key for folder in folders)
    if key.startswith(f"{DUMMY}/"):
        name = key.removeprefix(f"{DUMMY}/")
        yield from (place / name for folder in folders for place in (folder / WAVS, folder))
