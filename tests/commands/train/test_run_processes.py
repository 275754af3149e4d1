"""`voiceprep train` as torchrun starts it: two processes of one run, on machines of their own."""

import os
import shutil

import pytest

from tests.commands.train.test_run import SETS
from tests.forked import run_ranks
from voiceprep.commands.convert import convert
from voiceprep.commands.filelist import filelist
from voiceprep.commands.mels import mels
from voiceprep.text.filelist import FilelistConfig

TRAIN = ["train", "tacotron2", "--preset", "tiny", "--batch-size", "2", *SETS]


@pytest.fixture
def ready(dataset):
    """A dataset with lists and mels."""
    convert(dataset / "mp3dir", dataset=dataset)
    filelist(dataset=dataset, config=FilelistConfig(split="all-train"))
    mels(dataset=dataset)
    return dataset


def run(steps, *folders, options=((), ())):
    words = [*TRAIN, "--steps", str(steps)]
    return run_ranks(*zip(((*words, *more) for more in options), folders, strict=True))


def test_two_processes_train_resume_and_keep_their_stderr(ready, tmp_path):
    for steps in (1, 2):
        leader, other = run(steps, ready, ready)
        assert (leader.returncode, other.returncode) == (0, 0), leader.stderr + other.stderr
        assert f"{steps} of {steps}" in leader.stdout
        assert other.stdout == other.stderr == ""
    assert "resumes output/tacotron2/last.pt at step 1" in leader.stderr
    logs = [(ready / "output/tacotron2" / f"rank-{rank}.log").read_text() for rank in (0, 1)]
    assert logs[0].endswith(leader.stderr)
    assert [log.count("--- ") for log in logs] == [2, 2]


def test_a_second_machine_must_see_the_checkpoint_and_the_same_clips(ready, tmp_path):
    assert [ended.returncode for ended in run(1, ready, ready)] == [0, 0]
    second = tmp_path / "second"
    names = shutil.ignore_patterns("*.pt", "second")
    shutil.copytree(ready, second, ignore=names)
    told = f"process 1 on {os.uname().nodename}: output/tacotron2/last.pt: "
    for ended in run(2, ready, second):
        assert ended.returncode == 2
        assert told in ended.stderr
    # What the leading process finds counts, wherever the other one would have looked.
    elsewhere = ((), ("--output", str(tmp_path / "empty")))
    ended = run(2, ready, ready, options=elsewhere)
    assert [process.returncode for process in ended] == [0, 0], ended[1].stderr
    listed = second / "filelists" / "train.txt"
    listed.write_text("".join(listed.read_text().splitlines(keepends=True)[:2]))
    for ended in run(3, ready, second):
        assert ended.returncode == 2
        assert "clips: 2, not 3" in ended.stderr


def test_an_error_of_the_leading_process_ends_both(ready):
    assert [ended.returncode for ended in run(1, ready, ready)] == [0, 0]
    (ready / "output" / "tacotron2" / "last.pt").write_bytes(b"cut off")
    (ready / "output" / "tacotron2" / "step-00000001.pt").unlink(missing_ok=True)
    for ended in run(2, ready, ready):
        assert ended.returncode == 2
        assert "last.pt" in ended.stderr


def test_a_run_is_set_aside_with_its_logs(ready):
    for more in ((), ("--resume", "no")):
        ended = run(1, ready, ready, options=(more, more))
        assert [process.returncode for process in ended] == [0, 0], ended[0].stderr
    assert "output/tacotron2.bak" in ended[0].stderr
    for rank in (0, 1):
        log = (ready / "output" / "tacotron2" / f"rank-{rank}.log").read_text()
        assert log.count("--- ") == 1
    assert "steps 0 to 1" in (ready / "output" / "tacotron2.bak" / "rank-0.log").read_text()
