"""The clips of a dataset: those in its list, and those found in its folder."""

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from ..audio.files import find_sounds, sound_ids
from ..batch.ledger import LEDGER, Ledger
from ..clip import CLIPS, Clip, read_clips
from ..errors import SourceError
from .provenance import Provenance


def dataset_clips(dataset: Path, folder: Path | None = None) -> list[Clip]:
    """The clips of a dataset sorted by id: those listed, and other wavs found.

    With `folder`, only its sounds. Quarantined recordings are left out, and so are listed clips
    whose file is missing. Raises SourceError where there is no sound, or where a path in the list
    is outside the dataset.
    """
    wavs = folder or dataset / "wavs"
    clips = {} if folder else _listed_clips(dataset)
    if not (wavs.is_dir() or clips):
        raise SourceError(wavs, "there is no such folder; run voiceprep convert RECORDINGS first")
    refused = {row.id for row in Ledger(wavs).outcomes.values() if row.status == "quarantined"}
    for path, name in sound_ids(find_sounds(wavs)).items() if wavs.is_dir() else ():
        here = Path(os.path.relpath(path, dataset)).as_posix()
        if name in refused and (name not in clips or clips[name].path == here):
            clips.pop(name, None)
        elif name not in clips:
            clips[name] = Clip(name, here)
    return sorted(clips.values(), key=lambda clip: clip.id)


def left_out(clips: Sequence[Clip], origins: Provenance) -> dict[str, str]:
    """The sounds that gave no clip, by the id that it would have: quarantined or failed."""
    here = {clip.id for clip in clips}
    found = {}
    for ledger in origins.ledgers([f"wavs/{LEDGER}", *(clip.path for clip in clips)]):
        for outcome in ledger.outcomes.values():
            # Sounds that share an id have their suffix in it.
            source = outcome.facts.get("source", {}).get("path", "")
            name = outcome.id.removesuffix(PurePosixPath(source).suffix)
            if outcome.status in ("quarantined", "failed") and not here & {name, outcome.id}:
                found[name] = outcome.status
    return found


def refused_contents(dataset: Path, origins: Provenance) -> set[str]:
    """The content hashes of the recordings that were quarantined when the wavs were made."""
    rows = Ledger(dataset / "wavs").outcomes.values()
    sources = [row.facts.get("source", {}) for row in rows if row.status == "quarantined"]
    paths = [source["path"] for source in sources if source.get("path")]
    return {origins.content(path) for path in paths if (dataset / path).is_file()}


def _listed_clips(dataset: Path) -> dict[str, Clip]:
    """The listed clips whose sounds exist."""
    clips = {clip.id: clip for clip in read_clips(dataset / CLIPS)}
    for clip in clips.values():
        if not _inside(dataset, clip.path):
            raise SourceError(dataset / CLIPS, f"{clip.path} is outside the dataset")
    return {name: clip for name, clip in clips.items() if (dataset / clip.path).is_file()}


def _inside(dataset: Path, path: str) -> bool:
    return (dataset / path).resolve().is_relative_to(dataset.resolve())
