"""The jobs of a run: which clips are finished, which cannot be made, which are left to do."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import TargetError, Unusable
from ..records import Outcome
from .ledger import Ledger, stamp_in


@dataclass(frozen=True)
class Job:
    """One clip to make: from which file, to which file.

    `trouble` is set where the clip is known to be unusable before its file is opened. `own` is a
    digest of settings of this clip alone, empty where it has those of the run.
    """

    id: str
    source: Path
    output: Path
    trouble: Unusable | None = None
    own: str = ""


def select_jobs(
    jobs: Sequence[Job], ledger: Ledger, settings: str, force: bool
) -> tuple[list[Outcome], list[Job]]:
    """The outcomes of finished jobs, and the jobs that are left to do."""
    finished, todo, foreign = [], [], []
    for job in jobs:
        before = ledger.outcomes.get(job.id)
        known = None if force else _known_outcome(job, before, settings + job.own)
        if known:
            finished.append(known)
            continue
        todo.append(job)
        owned = stamp_in(before, "output") is not None
        if not (owned or force or job.trouble) and job.output.exists():
            foreign.append(job.output.name)
    if foreign:
        names = ", ".join(foreign[:3]) + (", …" if len(foreign) > 3 else "")
        count = "1 file" if len(foreign) == 1 else f"{len(foreign)} files"
        why = f"{count} in the way, not written by voiceprep ({names}): "
        raise TargetError(ledger.folder, why + "name another target, or -f overwrites them")
    return finished, todo


def check_id(job: Job, ledger: Ledger) -> Job:
    """The job, with `trouble` where another recording that still exists made its output.

    Synthesised speech has no recording: it holds its id as long as its file exists.
    """
    before = ledger.outcomes.get(job.id)
    if job.trouble or before is None or before.status != "done":
        return job
    path = _source_path(before)
    other = ledger.folder.parent / path if path else job.output
    if path == ledger_path(job.source, ledger.folder) or not other.is_file():
        return job
    if other.samefile(job.source):
        return job
    taken = f"{path}; rename one of them" if path else "synthesised speech; name another target"
    trouble = Unusable(f"its id is taken by {taken}")
    return replace(job, id=job.id + job.source.suffix, trouble=trouble)


def _known_outcome(job: Job, before: Outcome | None, settings: str) -> Outcome | None:
    """The outcome of a job that need not run: unchanged and finished, or unusable as before."""
    source = stamp_in(before, "source")
    if before is None or source is None or before.facts.get("settings") != settings:
        return None
    if before.status == "failed" or not source.still(job.source):
        return None
    if before.status == "quarantined":
        return before if job.trouble is None or job.trouble.why == before.why else None
    output = stamp_in(before, "output")
    if job.trouble or output is None or not output.still(job.output):
        return None
    return Outcome(job.id, "skipped", "", before.facts)


def orphan_notes(ledger: Ledger, jobs: Sequence[Job]) -> tuple[str, ...]:
    """A note on outputs whose recordings are gone: they are still part of the dataset."""
    here = {job.id for job in jobs}
    left = [
        outcome.facts["output"]["path"]
        for outcome in ledger.outcomes.values()
        if outcome.status == "done"
        and outcome.id not in here
        and _source_path(outcome)
        and not (ledger.folder.parent / _source_path(outcome)).exists()
        and (ledger.folder.parent / outcome.facts["output"]["path"]).exists()
    ]
    names = ", ".join(sorted(left)[:3]) + (", …" if len(left) > 3 else "")
    note = f"{len(left)} made of recordings that no longer exist; delete them if intended: {names}"
    return (note,) if left else ()


def _source_path(outcome: Outcome) -> str:
    """The recording that an outcome was made from, "" where there is none."""
    path: str = outcome.facts.get("source", {}).get("path", "")
    return path


def ledger_path(path: Path, folder: Path) -> str:
    """The path as the ledger of `folder` stores it: relative to the dataset around it."""
    return Path(os.path.relpath(path, folder.parent)).as_posix()
