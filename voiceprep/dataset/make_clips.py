"""Make one clip of each recording, for the commands that do."""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from ..archive import archive_stem, is_archive, unpack
from ..audio.files import Found, find_sounds, holds_sound, sound_ids
from ..audio.sound import stated_seconds
from ..batch.jobs import Job
from ..batch.run import UNPROCESSED, BatchConfig, BatchResult, Progress, Work, run_batch
from ..clip import CLIPS, Clip, read_clips, write_clips
from ..config import digest, write_settings
from ..errors import ClipError, SourceError, TargetError, Unusable
from ..files import LONGEST_NAME, content_hash, holding, name_bytes
from ..text.sidecars import TEXT_SUFFIXES


def make_clips(
    source: Path,
    target: Path,
    dataset: Path,
    work: Work,
    sections: Mapping[str, Any],
    batch: BatchConfig,
    progress: Progress,
    amend: Callable[[Job], Job] = lambda job: job,
) -> BatchResult:
    """Do `work` for every sound in `source`, and update the dataset's list of clips.

    `sections` are the settings that the result depends on; they are written beside it. `amend`
    gives a job its own settings. A tar or zip as source is unpacked into a folder of its name in
    the dataset.
    """
    if is_archive(source) and source.is_file():
        source = _unpacked(source, target, dataset, batch)
    _check_apart(source, target)
    found = find_sounds(source)
    read_clips(dataset / CLIPS)  # raises before the work, not after it
    jobs = [amend(job) for job in _jobs(found, target)]
    result = run_batch(jobs, work, target, settings_digest(sections), batch, progress)
    if not batch.dry_run:
        write_settings(target, sections)
        _update_clips(dataset, target, result)
    return replace(result, notes=found.notes + result.notes)


def mark_of(sections: Mapping[str, Any]) -> str:
    """The mark in the wavs that a command makes: the name of its section, and the digest."""
    return f"{next(iter(sections))} {settings_digest(sections)}"


def settings_digest(sections: Mapping[str, Any]) -> str:
    """A digest of all settings that the result depends on; files count with their content."""
    noise = getattr(sections.get("denoise"), "noise", "")
    return digest(sections) + (content_hash(Path(noise))[:16] if noise else "")


def _unpacked(archive: Path, target: Path, dataset: Path, batch: BatchConfig) -> Path:
    """The folder that the sounds and the texts of an archive are unpacked into."""
    folder = dataset / archive_stem(archive)
    if batch.dry_run:
        raise SourceError(archive, "a dry run cannot unpack it; give a folder, or run without -n")
    _check_apart(folder, target)
    unpack(archive, folder, _is_wanted)
    return folder


def _is_wanted(name: str, head: Callable[[], bytes]) -> bool:
    """Whether a member of an archive is a sound or may be a text."""
    return PurePosixPath(name).suffix.lower() in TEXT_SUFFIXES or holds_sound(name, head)


def _check_apart(source: Path, target: Path) -> None:
    """Raise TargetError where one folder is inside the other: the source is never written to."""
    inner, outer = source.resolve(), target.resolve()
    if inner == outer or inner in outer.parents or outer in inner.parents:
        raise TargetError(
            target,
            f"it and {source} overlap, and recordings must not be written to: "
            "put them into a folder of their own, or give another target",
        )


def _jobs(found: Found, folder: Path) -> list[Job]:
    """One job a recording; those that share an id are unusable, each naming the others."""
    owners = defaultdict(list)
    ids = sound_ids(found)
    for path, name in ids.items():
        owners[name].append(path)
    jobs = []
    for path, name in ids.items():
        output = folder / f"{name}.wav"
        others = [other.name for other in owners[name] if other != path]
        if others:
            why = f"its id is also that of {', '.join(others)}; rename one of them"
            unusable = Unusable(why, length_of(path))
            jobs.append(Job(name + path.suffix, path, output, unusable))
        elif (size := name_bytes(output.name)) > LONGEST_NAME:
            why = f"its wav would have a name of {size} bytes, at most {LONGEST_NAME}: shorten it"
            jobs.append(Job(name, path, output, Unusable(why, length_of(path))))
        else:
            jobs.append(Job(name, path, output))
    return jobs


def length_of(path: Path) -> float | None:
    """The seconds in the header of a recording; None where it cannot be read."""
    try:
        return stated_seconds(path)
    except (ClipError, OSError):
        return None


def _update_clips(dataset: Path, folder: Path, result: BatchResult) -> None:
    """Update the dataset's list of clips from its wavs, keeping texts and speakers."""
    if not folder.resolve().is_relative_to(dataset.resolve()):
        return
    place = folder.resolve().relative_to(dataset.resolve())
    with holding(dataset, wait=True):
        listed = {clip.id: clip for clip in read_clips(dataset / CLIPS)}
        before = dict(listed)
        for outcome in result.outcomes:
            path = (place / f"{outcome.id}.wav").as_posix()
            if outcome.status in ("done", "skipped"):
                kept = outcome.facts.get("kept_seconds")
                seconds = None if kept is None else round(kept, 6)
                clip = listed.get(outcome.id, Clip(outcome.id, path))
                listed[outcome.id] = replace(clip, path=path, seconds=seconds)
            elif outcome.why not in UNPROCESSED and not os.path.isfile(dataset / path):  # noqa: PTH113 (False for a name that is too long)
                listed.pop(outcome.id, None)
        if listed != before:
            write_clips(dataset / CLIPS, listed.values())
