import os
import signal
import sys
import time

from tests import forked
from voiceprep.train.device import Machine, World
from voiceprep.train.run.rank_log import RankLog

MACHINE = Machine(world=World(1, 2, 1, 2))


def write_and_be_killed(folder, screen):
    os.dup2(os.open(screen, os.O_WRONLY | os.O_CREAT), 2)
    RankLog(MACHINE).keep_in(folder)
    # As C code does.
    os.write(2, b"from a library\n")
    print("from Python", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def write_in_two_folders(folder, screen):
    os.dup2(os.open(screen, os.O_WRONLY | os.O_CREAT), 2)
    log = RankLog(MACHINE)
    log.keep_in(folder / "first")
    print("before", file=sys.stderr)
    log.keep_in(folder / "second")
    raise RuntimeError("after")


def write_where_nothing_can_be(folder, screen):
    os.dup2(os.open(screen, os.O_WRONLY | os.O_CREAT), 2)
    (folder / "file").touch()
    print(RankLog(MACHINE).keep_in(folder / "file"), file=sys.stderr)


def run(function, folder):
    process = forked.CONTEXT.Process(target=function, args=(folder, folder / "screen"))
    process.start()
    process.join()
    return process.exitcode


def wait_for(path, text):
    """The content of a file, once it ends with a text."""
    for _ in range(500):
        if path.exists() and path.read_text().endswith(text):
            break
        time.sleep(0.01)
    return path.read_text()


def test_all_that_a_killed_process_wrote_is_in_its_log_and_was_shown(tmp_path):
    assert run(write_and_be_killed, tmp_path) == -signal.SIGKILL
    text = "from a library\nfrom Python\n"
    assert wait_for(tmp_path / "screen", text) == text
    header, _, rest = wait_for(tmp_path / "rank-1.log", text).partition("\n")
    assert rest == text
    for fact in (os.uname().nodename, "process 1 of 2", "pid ", "cpu"):
        assert fact in header


def test_a_log_goes_on_in_another_folder_and_holds_a_traceback(tmp_path):
    assert run(write_in_two_folders, tmp_path) == 1
    screen = wait_for(tmp_path / "screen", "RuntimeError: after\n")
    assert screen.startswith("before\n")
    first, second = (tmp_path / name / "rank-1.log" for name in ("first", "second"))
    assert first.read_text().endswith("\nbefore\n")
    assert "Traceback" in wait_for(second, "RuntimeError: after\n")


def test_a_folder_that_cannot_be_written_to_is_a_line(tmp_path):
    assert run(write_where_nothing_can_be, tmp_path) == 0
    line = (tmp_path / "screen").read_text()
    assert line.startswith("stderr is not kept: ")
    assert f"{tmp_path / 'file'}" in line
