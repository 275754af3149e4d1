"""What the commands have in common that make one clip of each recording."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..archive import archive_stem, is_archive, unpack
from ..audio.files import SUFFIXES, Found, find_sounds, sound_ids
from ..audio.sound import stated_seconds
from ..batch import Batch, BatchConfig, Progress, Work, run_batch
from ..clip import CLIPS, Clip, read_clips, write_clips
from ..config import digest, write_settings
from ..disk import content_hash, holding
from ..errors import ClipError, TargetError, Unusable, UserError
from ..planning import Job
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
) -> Batch:
    """Do `work` for every sound in `source`, and bring the dataset's list of clips up to date.

    `sections` are the settings that the result depends on; they are written beside it. `amend`
    gives a job settings of its own. A source that is a tar or a zip is unpacked into a folder of
    its name in the dataset.
    """
    if is_archive(source) and source.is_file():
        source = _unpacked(source, target, dataset, batch)
    _keep_apart(source, target)
    found = find_sounds(source)
    read_clips(dataset / CLIPS)  # what is wrong with it is told before the work, not after
    jobs = [amend(job) for job in _jobs(found, target)]
    result = run_batch(jobs, work, target, settings_digest(sections), batch, progress)
    if not batch.dry_run:
        write_settings(target, sections)
        _tell_clips(dataset, target, result)
    return replace(result, notes=found.notes + result.notes)


def mark_of(sections: Mapping[str, Any]) -> str:
    """The mark of the wavs that a command makes: its name, that of its section, and the digest."""
    return f"{next(iter(sections))} {settings_digest(sections)}"


def settings_digest(sections: Mapping[str, Any]) -> str:
    """A digest of all that the result depends on but the recording: of a file, its content."""
    noise = getattr(sections.get("denoise"), "noise", "")
    return digest(sections) + (content_hash(Path(noise))[:16] if noise else "")


def _unpacked(archive: Path, target: Path, dataset: Path, batch: BatchConfig) -> Path:
    """The folder that holds the sounds and the texts of an archive."""
    folder = dataset / archive_stem(archive)
    if batch.dry_run:
        raise UserError(f"{archive}: a dry run unpacks nothing; name a folder, or do without it")
    _keep_apart(folder, target)
    unpack(archive, folder, SUFFIXES | TEXT_SUFFIXES)
    return folder


def _keep_apart(source: Path, target: Path) -> None:
    """Raise TargetError where one folder lies in the other: the source is not written to."""
    inner, outer = source.resolve(), target.resolve()
    if inner == outer or inner in outer.parents or outer in inner.parents:
        raise TargetError(
            target,
            f"it and {source} lie in one another, and recordings are not written to: "
            "put them into a folder of their own, or name another target",
        )


def _jobs(found: Found, folder: Path) -> list[Job]:
    """One job a recording; those that share an id are in trouble, each naming the others."""
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
            trouble = Unusable(why, length_of(path))
            jobs.append(Job(name + path.suffix, path, output, trouble))
        else:
            jobs.append(Job(name, path, output))
    return jobs


def length_of(path: Path) -> float | None:
    """The seconds that a recording says it has; None where it cannot be read."""
    try:
        return stated_seconds(path)
    except (ClipError, OSError):
        return None


def _tell_clips(dataset: Path, folder: Path, result: Batch) -> None:
    """Bring the dataset's list of clips up to date with its wavs, keeping texts and speakers."""
    if not folder.resolve().is_relative_to(dataset.resolve()):
        return
    place = folder.resolve().relative_to(dataset.resolve())
    with holding(dataset, wait=True):
        listed = {clip.id: clip for clip in read_clips(dataset / CLIPS)}
        before = dict(listed)
        for outcome in result.outcomes:
            path = (place / f"{outcome.id}.wav").as_posix()
            if outcome.status in ("done", "skipped"):
                seconds = round(outcome.facts["kept_seconds"], 6)
                clip = listed.get(outcome.id, Clip(outcome.id, path))
                listed[outcome.id] = replace(clip, path=path, seconds=seconds)
            elif not (dataset / path).is_file():
                listed.pop(outcome.id, None)
        if listed != before:
            write_clips(dataset / CLIPS, listed.values())
