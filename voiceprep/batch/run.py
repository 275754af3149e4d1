"""One function over many clips: parallel, resumable, with a ledger."""

import errno
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ..config import setting
from ..errors import ClipError, Interrupted, OutOfMemory, SettingError, Unusable, os_reason
from ..files import Stamp, date, holding, part_path, set_aside, sweep
from ..records import STATUSES, Outcome, Shown
from .jobs import Job, check_id, ledger_path, orphan_notes, select_jobs
from .ledger import Ledger, stamp_in
from .summary import batch_lines, clip_lines

Progress = Callable[[Iterable[Any], int], Iterable[Any]]

# Errors that would meet every following clip, so that the run stops.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
NO_MEMORY = "out of memory: fewer --jobs need less"
INTERRUPTED = "not processed: interrupted"
LEFT_OUT = "not processed: the progress bar ended early"
UNPROCESSED = (INTERRUPTED, LEFT_OUT)
# How many seconds an interrupted run waits for the clips in progress.
GRACE = 3.0


@dataclass(frozen=True)
class WriteConfig:
    """How a command treats existing files in its target."""

    dry_run: bool = setting(False, "say what would be done and write nothing", "--dry-run", "-n")
    force: bool = setting(
        False, "do finished work again and overwrite files that voiceprep did not write",
        "--force", "-f",
    )  # fmt: skip


@dataclass(frozen=True)
class JobsConfig:
    """How many files a command processes in parallel."""

    jobs: int = setting(0, "clips processed in parallel; 0: one per core", "--jobs", "-j")

    def __post_init__(self) -> None:
        if self.jobs < 0:
            raise SettingError(f"jobs = {self.jobs}: must be at least 0", "jobs")

    @property
    def workers(self) -> int:
        """The number of threads on this machine."""
        if self.jobs > 0:
            return self.jobs
        affinity = getattr(os, "sched_getaffinity", None)
        return len(affinity(0)) if affinity else os.cpu_count() or 1


@dataclass(frozen=True)
class BatchConfig(WriteConfig, JobsConfig):
    """How a command makes many files from many others."""


@dataclass(frozen=True)
class Made:
    """The result of the work on one clip: seconds read and kept, a warning, further facts.

    `padded_seconds` of the kept seconds were added by the work. Where a step was not needed, the
    fact `unneeded` is the end of `warning` that says why: the summary shows it as a note.
    """

    seconds: float
    kept_seconds: float
    warning: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    padded_seconds: float = 0.0


Work = Callable[[Path, Path], Made]


@dataclass(frozen=True, repr=False)
class BatchResult(Shown):
    """The outcomes of all clips of a run, in the order of ids."""

    target: Path
    outcomes: tuple[Outcome, ...]
    interrupted: bool = False
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """The number of clips of each status; they add up to all clips."""
        found = Counter(outcome.status for outcome in self.outcomes)
        return {status: found[status] for status in STATUSES}

    @property
    def seconds(self) -> dict[str, float]:
        """The seconds of sound that were read or added, and what became of them."""
        totals = dict.fromkeys(("in", "padded", "kept", "trimmed", "quarantined", "failed"), 0.0)
        for outcome in self.outcomes:
            seconds = outcome.facts.get("seconds") or 0.0
            totals["in"] += seconds
            if outcome.status in ("done", "skipped"):
                kept = outcome.facts.get("kept_seconds", seconds)
                padded = outcome.facts.get("padded_seconds", 0.0)
                totals["padded"] += padded
                totals["kept"] += kept
                totals["trimmed"] += seconds + padded - kept
            else:
                totals[outcome.status] += seconds
        return {name: round(value, 6) for name, value in totals.items()}

    @property
    def exit_code(self) -> int:
        """0 clean, 3 where clips are quarantined or failed, 130 interrupted."""
        if self.interrupted:
            return Interrupted.exit_code
        return 3 if self.counts["quarantined"] or self.counts["failed"] else 0

    def lines(self, verbose: bool = False) -> list[str]:
        """The summary as text, after a line for every clip where `verbose`."""
        lines = batch_lines(self.target, self.outcomes, self.counts, self.seconds, self.notes)
        return [*clip_lines(self.outcomes), "", *lines] if verbose else lines

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every outcome, then the summary."""
        yield from (asdict(outcome) for outcome in self.outcomes)
        counts = {"in": len(self.outcomes), **self.counts}
        yield {"summary": {"clips": counts, "seconds": self.seconds, "notes": list(self.notes)}}


def no_progress(rows: Iterable[Any], total: int) -> Iterable[Any]:  # noqa: ARG001
    """The rows unchanged: no progress is shown."""
    return rows


def run_batch(
    jobs: Sequence[Job],
    work: Work,
    target: Path,
    settings: str,
    config: BatchConfig,
    progress: Progress = no_progress,
) -> BatchResult:
    """Do `work(source, temporary)` for every job whose result is missing or stale.

    `settings` is the digest of all settings that the result depends on, except a job's own. Raises
    TargetError, before anything is done, where `target` is locked by another run, cannot be written
    to, or has files in the way that voiceprep did not write; the OutOfMemory of a job, after the
    others have ended.
    """
    if config.dry_run:
        ledger = Ledger(target)
        jobs = [check_id(job, ledger) for job in jobs]
        finished, todo = select_jobs(jobs, ledger, settings, config.force)
        finished += [_would_be(job) for job in todo]
        return BatchResult(target, _in_order(finished))
    with holding(target):
        sweep(target)
        ledger = Ledger(target)
        jobs = [check_id(job, ledger) for job in jobs]
        finished, todo = select_jobs(jobs, ledger, settings, config.force)
        run = _Run(work, ledger, settings, config.force)
        try:
            for _ in progress(run.results(todo, config.workers), len(todo)):
                pass
        except KeyboardInterrupt:
            run.stopped = INTERRUPTED
        finally:
            # A bar may raise or end early; its workers must not outlive the lock.
            run.stopped = run.stopped or LEFT_OUT
            run.wait()
        finished += run.finished
        known = {outcome.id for outcome in finished}
        finished += [Outcome(job.id, "failed", run.stopped) for job in todo if job.id not in known]
        notes = orphan_notes(ledger, jobs)
        _close(ledger, jobs)
        sweep(target)
    if run.error:
        raise run.error
    return BatchResult(target, _in_order(finished), run.stopped == INTERRUPTED, notes)


class _Run:
    """The worker threads of one run; they end with the process."""

    def __init__(self, work: Work, ledger: Ledger, settings: str, force: bool):
        self.work, self.ledger, self.settings, self.force = work, ledger, settings, force
        self.stopped = ""
        self.error: OutOfMemory | None = None
        self.finished: list[Outcome] = []
        self._queue: SimpleQueue[Outcome | None] = SimpleQueue()
        self._working = 0

    def results(self, todo: Sequence[Job], workers: int) -> Iterator[Outcome]:
        waiting = iter(todo)
        lock = threading.Lock()

        def do_jobs() -> None:
            try:
                while not self.stopped:
                    with lock:
                        job = next(waiting, None)
                    if job is None:
                        break
                    self._queue.put(self.outcome(job))
            except Interrupted:
                pass
            except OutOfMemory as error:
                self.error, self.stopped = error, str(error)
            finally:
                self._queue.put(None)

        self._working = min(workers, len(todo))
        for _ in range(self._working):
            threading.Thread(target=do_jobs, daemon=True).start()
        yield from self._drain(None)

    def wait(self) -> None:
        """Wait shortly for the clips in progress."""
        with suppress(Empty, KeyboardInterrupt):
            for _ in self._drain(GRACE):
                pass

    def _drain(self, seconds: float | None) -> Iterator[Outcome]:
        while self._working:
            outcome = self._queue.get(timeout=seconds)
            if outcome is None:
                self._working -= 1
            else:
                self.finished.append(outcome)
                yield outcome

    def outcome(self, job: Job) -> Outcome:
        """Do one job; any error becomes its outcome."""
        facts: dict[str, Any] = {"settings": self.settings + job.own}
        before = self.ledger.outcomes.get(job.id)
        if before and "output" in before.facts and job.output.exists():
            facts["output"] = before.facts["output"]
        try:
            stamp = Stamp.of(job.source)
            facts["source"] = {"path": ledger_path(job.source, self.ledger.folder), **asdict(stamp)}
            if job.trouble:
                raise job.trouble
            return self.make(job, facts)
        except ClipError as error:
            status = "quarantined" if isinstance(error, Unusable) else "failed"
            if error.seconds is not None:
                facts["seconds"] = round(error.seconds, 6)
            return self.record(Outcome(job.id, status, error.why, facts))
        except (Interrupted, OutOfMemory):
            raise
        except MemoryError:
            return self.record(Outcome(job.id, "failed", NO_MEMORY, facts))
        except OSError as error:
            why = os_reason(error)
            if error.errno in NO_ROOM:
                self.stopped = f"not processed: {why} in {self.ledger.folder}"
            return self.record(Outcome(job.id, "failed", why, facts))
        except Exception as error:
            why = f"{type(error).__name__}: {error} (a bug in voiceprep: please report it)"
            return self.record(Outcome(job.id, "failed", why, facts))

    def make(self, job: Job, facts: dict[str, Any]) -> Outcome:
        job.output.parent.mkdir(parents=True, exist_ok=True)
        temporary = part_path(job.output)
        try:
            made = self.work(job.source, temporary)
            stamp = date(temporary, facts["source"]["mtime_ns"])
            before = self.ledger.outcomes.get(job.id)
            aside = "" if self.force else _clear_way(job.output, stamp_in(before, "output"))
            facts |= {"seconds": round(made.seconds, 6)} | made.facts
            facts["kept_seconds"] = round(made.kept_seconds, 6)
            if made.padded_seconds:
                facts["padded_seconds"] = round(made.padded_seconds, 6)
            # The output comes last, so that the ledger's bytes do not depend on former outcomes.
            known = {name: fact for name, fact in facts.items() if name != "output"}
            output = {"path": ledger_path(job.output, self.ledger.folder), **asdict(stamp)}
            why = "; ".join(filter(None, (aside, made.warning)))
            outcome = Outcome(job.id, "done", why, known | {"output": output})
            self.ledger.note(outcome)
            os.replace(temporary, job.output)
            self.remove_former(before, job.output)
            return outcome
        finally:
            temporary.unlink(missing_ok=True)

    def remove_former(self, before: Outcome | None, output: Path) -> None:
        """Remove a clip's former output with another suffix, unless it was changed by hand."""
        stamp = stamp_in(before, "output")
        if before and stamp:
            former = output.with_suffix(Path(before.facts["output"]["path"]).suffix)
            if former != output and stamp.still(former):
                former.unlink()

    def record(self, outcome: Outcome) -> Outcome:
        """Append an outcome without a file; a full disk stops the run."""
        try:
            self.ledger.note(outcome)
        except OSError as error:
            self.stopped = f"not processed: {os_reason(error)} in {self.ledger.folder}"
        return outcome


def _clear_way(output: Path, ours: Stamp | None) -> str:
    """Make room for a new output; a file changed by hand is set aside, with a note."""
    if not output.exists():
        return ""
    if ours and ours.still(output):
        output.unlink()
        return ""
    return f"the changed {output.name} is kept as {set_aside(output).name}"


def _close(ledger: Ledger, jobs: Sequence[Job]) -> None:
    """Rewrite the ledger in order; on a full disk the appended lines suffice."""
    base = ledger.folder.parent
    ids = {ledger_path(job.source, ledger.folder): job.id for job in jobs}
    gone = set()
    for outcome in ledger.outcomes.values():
        source = outcome.facts.get("source", {}).get("path", "")
        output = outcome.facts.get("output", {}).get("path", "")
        renamed = ids.get(source, outcome.id) != outcome.id
        if (renamed or not (base / source).is_file()) and not (base / output).is_file():
            gone.add(outcome.id)
    try:
        ledger.close(gone)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise


def _would_be(job: Job) -> Outcome:
    """The outcome of a job in a dry run; `would_be` is the status that a real run expects."""
    status, what = "done", "made"
    if job.trouble:
        status, what = "quarantined", f"quarantined: {job.trouble.why}"
    return Outcome(job.id, "skipped", f"dry run: would be {what}", {"would_be": status})


def _in_order(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    return tuple(sorted(outcomes, key=lambda outcome: outcome.id))
