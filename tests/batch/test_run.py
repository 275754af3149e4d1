import errno
import json
import os
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voiceprep.batch.jobs import Job
from voiceprep.batch.run import BatchConfig, Made, run_batch
from voiceprep.errors import OutOfMemory, TargetError, Unreadable, Unusable

ONE = BatchConfig(jobs=1)


class Workshop:
    """A dataset whose recordings are text files, and a work that shouts what they say."""

    def __init__(self, root):
        self.source, self.target = root / "src", root / "out"
        self.source.mkdir()
        self.worked_on = []

    def put(self, **texts):
        for name, text in texts.items():
            (self.source / f"{name}.txt").write_text(text)

    def jobs(self):
        return [
            Job(path.stem, path, self.target / f"{path.stem}.up")
            for path in sorted(self.source.glob("*.txt"))
        ]

    def work(self, source, temporary):
        self.worked_on.append(source.stem)
        text = source.read_text()
        if text == "silent":
            raise Unusable("nothing was said", 2.0)
        if text == "broken":
            raise Unreadable("cannot be read")
        if text == "full":
            raise MemoryError
        if text == "too large":
            raise OutOfMemory("a clip", "lower it")
        if text == "bug":
            raise ZeroDivisionError("oh")
        temporary.write_text(text.upper())
        return Made(1.0, 0.75, "loud" if text == "loud" else "")

    def run(self, digest="a", config=ONE, jobs=None, work=None):
        self.worked_on.clear()
        return run_batch(jobs or self.jobs(), work or self.work, self.target, digest, config)

    def made(self):
        return {path.stem: path.read_text() for path in self.target.glob("*.up")}


@pytest.fixture
def shop(tmp_path):
    return Workshop(tmp_path)


def test_every_clip_has_one_outcome_and_clips_and_seconds_add_up(shop):
    shop.put(a="one", b="silent", c="broken", d="bug", e="loud")
    batch = shop.run()
    assert batch.counts == {"done": 2, "skipped": 0, "quarantined": 1, "failed": 2}
    assert batch.seconds == {
        "in": 4.0,
        "padded": 0.0,
        "kept": 1.5,
        "trimmed": 0.5,
        "quarantined": 2.0,
        "failed": 0.0,
    }
    assert batch.exit_code == 3
    assert shop.made() == {"a": "ONE", "e": "LOUD"}
    whys = {outcome.id: outcome.why for outcome in batch.outcomes}
    assert whys["b"] == "nothing was said"
    assert whys["d"].startswith("ZeroDivisionError: oh (a bug in voiceprep")
    assert whys["e"] == "loud"


def test_a_second_run_does_nothing(shop):
    shop.put(a="one", b="silent")
    shop.run()
    ledger = (shop.target / "outcomes.jsonl").read_bytes()
    batch = shop.run()
    assert shop.worked_on == []
    assert batch.counts == {"done": 0, "skipped": 1, "quarantined": 1, "failed": 0}
    assert (shop.target / "outcomes.jsonl").read_bytes() == ledger


def test_what_failed_is_tried_again_though_nothing_changed(shop):
    shop.put(a="broken")
    shop.run()
    shop.run()
    assert shop.worked_on == ["a"]


def test_a_changed_source_or_setting_redoes_exactly_what_depends_on_it(shop):
    shop.put(a="one", b="two")
    shop.run()
    shop.put(a="three")
    shop.run()
    assert shop.worked_on == ["a"]
    assert shop.made() == {"a": "THREE", "b": "TWO"}
    shop.run(digest="other")
    assert shop.worked_on == ["a", "b"]


def test_a_touched_source_with_the_same_content_is_still_done(shop):
    shop.put(a="one")
    shop.run()
    os.utime(shop.source / "a.txt", (1, 1))
    assert shop.run().counts["skipped"] == 1


def test_a_missing_output_is_made_again(shop):
    shop.put(a="one")
    shop.run()
    (shop.target / "a.up").unlink()
    shop.run()
    assert shop.made() == {"a": "ONE"}


def test_an_output_that_somebody_changed_is_made_again_and_the_change_is_kept(shop):
    shop.put(a="one")
    shop.run()
    (shop.target / "a.up").write_text("edited by hand")
    batch = shop.run()
    assert shop.made() == {"a": "ONE"}
    assert (shop.target / "a.up.bak").read_text() == "edited by hand"
    assert batch.outcomes[0].why == "the changed a.up is kept as a.up.bak"


def test_a_file_that_was_there_before_is_not_overwritten_without_force(shop):
    shop.put(a="one", b="two")
    shop.target.mkdir()
    (shop.target / "a.up").write_text("mine")
    with pytest.raises(TargetError, match=r"a\.up") as caught:
        shop.run()
    assert caught.value.path == shop.target
    assert shop.made() == {"a": "mine"}
    shop.run(config=BatchConfig(jobs=1, force=True))
    assert shop.made() == {"a": "ONE", "b": "TWO"}


def test_a_dry_run_writes_nothing(shop):
    shop.put(a="one")
    batch = shop.run(config=BatchConfig(dry_run=True))
    (row,) = batch.outcomes
    assert (row.status, row.facts) == ("skipped", {"would_be": "done"})
    assert row.why == "dry run: would be made"
    assert not shop.target.exists()


def test_settings_of_one_clip_alone_make_that_clip_anew_and_back(shop):
    shop.put(a="one", b="two")
    shop.run()
    changed = [replace(job, own="+louder" if job.id == "a" else "") for job in shop.jobs()]
    assert shop.run(jobs=changed).counts["done"] == 1
    assert shop.worked_on == ["a"]
    assert shop.run(jobs=changed).counts["skipped"] == 2
    shop.run()
    assert shop.worked_on == ["a"]


def test_a_clip_that_is_left_out_comes_back(shop):
    shop.put(a="one")
    shop.run()
    left_out = [replace(job, own="+", trouble=Unusable("left out", 1.0)) for job in shop.jobs()]
    (row,) = shop.run(jobs=left_out, config=BatchConfig(dry_run=True)).outcomes
    assert (row.status, row.facts) == ("skipped", {"would_be": "quarantined"})
    assert row.why.endswith("quarantined: left out")
    assert shop.run(jobs=left_out).counts["quarantined"] == 1
    assert shop.run(jobs=left_out).counts["quarantined"] == 1
    assert shop.made() == {"a": "ONE"}
    assert shop.run().counts["done"] == 1


def test_the_same_bytes_come_out_for_any_number_of_jobs(shop, tmp_path):
    shop.put(**{f"clip{number}": "x" * number for number in range(1, 30)})
    shop.run(config=BatchConfig(jobs=1))
    one = {path.name: path.read_bytes() for path in shop.target.iterdir()}
    for path in shop.target.iterdir():
        path.unlink()
    shop.run(config=BatchConfig(jobs=7))
    assert {path.name: path.read_bytes() for path in shop.target.iterdir()} == one
    assert json.loads(one["outcomes.jsonl"].splitlines()[0])["id"] == "clip1"


def test_an_id_made_from_another_recording_is_not_taken_over(shop, tmp_path):
    shop.put(a="one")
    shop.run()
    other = tmp_path / "disc2"
    other.mkdir()
    (other / "a.txt").write_text("two")
    batch = shop.run(jobs=[Job("a", other / "a.txt", shop.target / "a.up")])
    assert shop.made() == {"a": "ONE"}
    assert (batch.outcomes[0].id, batch.outcomes[0].status) == ("a.txt", "quarantined")
    assert "src/a.txt" in batch.outcomes[0].why
    assert shop.run().counts["skipped"] == 1


def test_a_renamed_folder_of_recordings_is_still_done(shop, tmp_path):
    shop.put(a="one")
    shop.run()
    shop.source = shop.source.rename(tmp_path / "moved")
    assert shop.run().counts["skipped"] == 1


def test_an_output_whose_recording_is_gone_is_kept_and_told(shop):
    shop.put(a="one", b="two")
    shop.run()
    (shop.source / "b.txt").unlink()
    batch = shop.run()
    assert shop.made() == {"a": "ONE", "b": "TWO"}
    (note,) = batch.notes
    assert note.endswith(": out/b.up")
    (shop.target / "b.up").unlink()
    assert shop.run().notes == ()
    assert "b.txt" not in (shop.target / "outcomes.jsonl").read_text()


def test_a_mended_source_replaces_the_file_made_before_it_broke(shop):
    shop.put(a="one")
    shop.run()
    shop.put(a="silent")
    assert shop.run().counts["quarantined"] == 1
    assert shop.made() == {"a": "ONE"}
    shop.put(a="mended")
    assert shop.run().counts["done"] == 1
    assert shop.made() == {"a": "MENDED"}


def test_a_full_disk_stops_the_run_and_every_clip_still_has_an_outcome(shop):
    shop.put(a="one", b="two", c="three")

    def work(source, temporary):
        if source.stem == "b":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return shop.work(source, temporary)

    batch = shop.run(work=work)
    assert [(outcome.id, outcome.why) for outcome in batch.outcomes[1:]] == [
        ("b", "no space left on device"),
        ("c", f"not processed: no space left on device in {shop.target}"),
    ]
    assert batch.exit_code == 3
    assert shop.run().counts == {"done": 2, "skipped": 1, "quarantined": 0, "failed": 0}


def test_a_clip_that_does_not_fit_into_memory_is_told_so(shop):
    shop.put(a="hello", b="full", c="world")
    result = shop.run()
    assert [row.status for row in result.outcomes] == ["done", "failed", "done"]
    assert result.outcomes[1].why == "out of memory: fewer --jobs need less"


def test_out_of_memory_ends_the_run_and_what_is_done_stays(shop):
    shop.put(a="hello", b="too large", c="world")
    with pytest.raises(OutOfMemory) as caught:
        shop.run()
    assert (caught.value.what, caught.value.exit_code) == ("a clip", 2)
    assert shop.made() == {"a": "HELLO"}
    shop.put(b="smaller")
    assert shop.run().counts["done"] == 2


def test_an_interrupted_run_keeps_what_is_done_and_continues(shop):
    shop.put(**{f"clip{number}": "x" for number in range(9)})

    def impatient(rows, total):
        for number, row in enumerate(rows):
            if number == 3:
                raise KeyboardInterrupt
            yield row

    batch = run_batch(shop.jobs(), shop.work, shop.target, "a", ONE, impatient)
    assert batch.exit_code == 130
    assert len(batch.outcomes) == 9
    done = batch.counts["done"]
    assert done >= 3
    assert shop.run().counts == {"done": 9 - done, "skipped": done, "quarantined": 0, "failed": 0}


@pytest.mark.parametrize("raises", [True, False])
def test_no_worker_outlives_a_bar_that_ends_early(shop, raises):
    shop.put(**{f"clip{number}": "x" for number in range(9)})

    def early(rows, total):
        yield next(iter(rows))
        if raises:
            raise RuntimeError(total)

    def slowly(source, temporary):
        time.sleep(0.05)
        return shop.work(source, temporary)

    with pytest.raises(RuntimeError) if raises else nullcontext():
        batch = run_batch(shop.jobs(), slowly, shop.target, "a", ONE, early)
        assert len(batch.outcomes) == 9
        assert all(outcome.why for outcome in batch.outcomes if outcome.status == "failed")
    worked_on = list(shop.worked_on)
    time.sleep(0.2)
    assert shop.worked_on == worked_on
    assert 0 < len(worked_on) < 9
    assert shop.run().counts["failed"] == 0


def test_a_torn_last_line_costs_one_clip(shop):
    shop.put(a="one", b="two")
    shop.run()
    ledger = shop.target / "outcomes.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-20])
    batch = shop.run(config=BatchConfig(jobs=1, force=True))
    assert batch.counts["done"] == 2
    assert shop.run().counts["skipped"] == 2


def test_a_second_run_at_once_is_refused(shop):
    shop.put(a="one")

    def work(source, temporary):
        with pytest.raises(TargetError, match="another run") as caught:
            run_batch(shop.jobs(), shop.work, shop.target, "a", ONE)
        assert caught.value.path == shop.target
        return shop.work(source, temporary)

    assert shop.run(work=work).counts["done"] == 1


def test_files_that_a_killed_run_left_are_removed(shop):
    shop.put(a="one")
    shop.target.mkdir()
    (shop.target / ".z.up.voiceprep-part").write_text("half")
    shop.run()
    assert not list(shop.target.glob("*part"))


def test_a_name_that_is_no_utf8_goes_through(shop):
    name = os.fsdecode(b"caf\xe9")
    (shop.source / f"{name}.txt").write_text("one")
    assert shop.run().counts["done"] == 1
    assert shop.run().counts["skipped"] == 1


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    texts=st.lists(st.sampled_from(["fine", "silent", "broken", "bug"]), max_size=12),
    jobs=st.integers(1, 4),
)
def test_in_is_always_the_sum_of_the_four(tmp_path_factory, texts, jobs):
    shop = Workshop(tmp_path_factory.mktemp("shop"))
    shop.put(**{f"clip{number}": text for number, text in enumerate(texts)})
    for _ in range(2):
        batch = run_batch(shop.jobs(), shop.work, shop.target, "a", BatchConfig(jobs=jobs))
        assert sum(batch.counts.values()) == len(texts)
        told = batch.seconds
        became = ("kept", "trimmed", "quarantined", "failed")
        assert told["in"] + told["padded"] == sum(told[name] for name in became)
    assert isinstance(batch.target, Path)
