from dataclasses import asdict, replace

import pytest

from voiceprep.batch.jobs import Job, check_id, ledger_path, orphan_notes, select_jobs
from voiceprep.batch.ledger import Ledger
from voiceprep.errors import TargetError, Unusable
from voiceprep.files import Stamp
from voiceprep.records import Outcome


class Folder:
    """A dataset whose recordings and outputs are text files, and the ledger of its outputs."""

    def __init__(self, root):
        self.source, self.target = root / "src", root / "out"
        self.source.mkdir()
        self.target.mkdir()
        self.ledger = Ledger(self.target)

    def job(self, name, folder=None):
        source = (folder or self.source) / f"{name}.txt"
        if not source.exists():
            source.write_text(name)
        return Job(name, source, self.target / f"{name}.up")

    def make(self, job, status="done", why="", settings="a"):
        """Note a job in the ledger, with its output where it is done."""
        facts = {"settings": settings, "source": self.stamp(job.source)}
        if status == "done":
            job.output.write_text(job.id.upper())
            facts["output"] = self.stamp(job.output)
        self.ledger.note(Outcome(job.id, status, why, facts))
        return job

    def stamp(self, path):
        return {"path": ledger_path(path, self.target), **asdict(Stamp.of(path))}

    def select(self, *jobs, settings="a", force=False):
        finished, todo = select_jobs(jobs, self.ledger, settings, force)
        return [(row.id, row.status) for row in finished], [job.id for job in todo]


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def test_new_jobs_are_left_to_do(folder):
    assert folder.select(folder.job("a"), folder.job("b")) == ([], ["a", "b"])


def test_what_is_unchanged_is_finished(folder):
    made = folder.make(folder.job("a"))
    refused = folder.make(folder.job("b"), "quarantined", "silent")
    expected = [("a", "skipped"), ("b", "quarantined")]
    assert folder.select(made, refused) == (expected, [])
    assert folder.select(made, refused, force=True) == ([], ["a", "b"])


def test_what_failed_or_changed_is_to_do(folder):
    failed = folder.make(folder.job("a"), "failed", "broken")
    rewritten = folder.make(folder.job("b"))
    rewritten.source.write_text("other")
    lost = folder.make(folder.job("c"))
    lost.output.unlink()
    other = replace(folder.make(folder.job("d")), own="+louder")
    assert folder.select(failed, rewritten, lost, other) == ([], ["a", "b", "c", "d"])
    assert folder.select(folder.make(folder.job("e")), settings="b") == ([], ["e"])


def test_another_reason_not_to_use_a_clip_is_to_do(folder):
    job = folder.make(folder.job("a"), "quarantined", "silent")
    assert folder.select(replace(job, trouble=Unusable("silent")))[1] == []
    assert folder.select(replace(job, trouble=Unusable("left out")))[1] == ["a"]


def test_files_in_the_way_are_named_and_only_overwritten_by_force(folder):
    jobs = [folder.job(name) for name in "abcd"]
    for job in jobs:
        job.output.write_text("mine")
    with pytest.raises(TargetError) as caught:
        folder.select(*jobs)
    assert caught.value.path == folder.target
    assert caught.value.why == (
        "4 files in the way, not written by voiceprep (a.up, b.up, c.up, …): "
        "name another target, or -f overwrites them"
    )
    assert folder.select(*jobs, force=True) == ([], list("abcd"))
    assert folder.select(replace(jobs[0], trouble=Unusable("left out"))) == ([], ["a"])


def test_an_id_of_another_recording_that_exists_is_taken(folder, tmp_path):
    mine = folder.make(folder.job("a"))
    elsewhere = tmp_path / "disc2"
    elsewhere.mkdir()
    job = check_id(folder.job("a", elsewhere), folder.ledger)
    assert job.id == "a.txt"
    assert job.trouble.why == "its id is taken by src/a.txt; rename one of them"
    assert check_id(mine, folder.ledger) is mine
    mine.source.unlink()
    assert check_id(folder.job("a", elsewhere), folder.ledger).trouble is None


def test_an_id_of_speech_is_taken_while_its_file_exists(folder):
    job = folder.job("a")
    job.output.write_text("spoken")
    folder.ledger.note(Outcome("a", "done", "", {"output": folder.stamp(job.output)}))
    assert "synthesised" in check_id(job, folder.ledger).trouble.why
    job.output.unlink()
    assert check_id(job, folder.ledger) is job


def test_outputs_whose_recordings_are_gone_are_noted(folder):
    jobs = [folder.make(folder.job(name)) for name in "abcde"]
    for job in jobs[1:]:
        job.source.unlink()
    assert orphan_notes(folder.ledger, jobs) == ()
    assert orphan_notes(folder.ledger, jobs[:1]) == (
        "4 made of recordings that no longer exist; delete them if intended: "
        "out/b.up, out/c.up, out/d.up, …",
    )
    for job in jobs[2:]:
        job.output.unlink()
    (note,) = orphan_notes(folder.ledger, jobs[:1])
    assert note.endswith(": out/b.up")


def test_paths_in_a_ledger_are_relative_to_the_dataset(tmp_path):
    assert ledger_path(tmp_path / "src" / "a.txt", tmp_path / "out") == "src/a.txt"
    assert ledger_path(tmp_path.parent / "a.txt", tmp_path / "out") == "../a.txt"
