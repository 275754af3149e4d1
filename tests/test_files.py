import errno
import os
import subprocess
import sys

import pytest

from voiceprep.errors import TargetError
from voiceprep.files import PART, Stamp, date, holding, part_path, replacing, set_aside, sweep


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    with replacing(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["list.txt"]


def test_a_folder_is_held_by_one_run_at_a_time(tmp_path):
    with (
        holding(tmp_path),
        pytest.raises(TargetError, match="another run is using it"),
        holding(tmp_path),
    ):
        pass
    with holding(tmp_path):
        pass


def test_the_system_frees_a_folder_whose_run_was_killed(tmp_path):
    code = (
        "import os, sys, pathlib; from voiceprep.files import holding\n"
        "with holding(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)]).returncode == -9
    with holding(tmp_path):
        pass


def test_an_error_inside_is_not_taken_for_a_held_folder(tmp_path):
    with pytest.raises(BlockingIOError), holding(tmp_path):
        raise BlockingIOError


def test_a_folder_that_is_a_file_is_named(tmp_path):
    path = tmp_path / "wavs"
    path.write_text("a file")
    with pytest.raises(TargetError, match="wavs: cannot be written to"), holding(path):
        pass


def test_what_killed_runs_left_is_swept(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / f".a.wav{PART}").write_text("half")
    (tmp_path / "a.wav").write_text("whole")
    assert sweep(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.wav", "sub"]


def test_a_stamp_holds_until_the_content_changes(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"abcd")
    stamp = Stamp.of(path)
    os.utime(path, ns=(1, 1))
    assert stamp.still(path)
    path.write_bytes(b"abce")
    assert not stamp.still(path)
    path.unlink()
    assert not stamp.still(path)


def test_a_made_file_is_dated_by_its_source_and_its_content(tmp_path):
    stamps = []
    for content in (b"one", b"one", b"two"):
        path = tmp_path / "made"
        path.write_bytes(content)
        stamps.append(date(path, 1_700_000_000_123_456_789))
    assert stamps[0] == stamps[1]
    assert stamps[0].mtime_ns != stamps[2].mtime_ns
    assert {stamp.mtime_ns // 10**9 for stamp in stamps} == {1_700_000_000}


def test_files_set_aside_do_not_take_each_others_place(tmp_path):
    for number in range(3):
        (tmp_path / "a.wav").write_text(str(number))
        set_aside(tmp_path / "a.wav")
    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert kept == {"a.wav.bak": "0", "a.wav.bak2": "1", "a.wav.bak3": "2"}


def test_a_full_disk_is_told_with_the_file_that_was_to_be_written(tmp_path):
    path = tmp_path / "list.jsonl"
    with pytest.raises(OSError) as full, replacing(path):
        raise OSError(errno.ENOSPC, "no space left on device")
    assert full.value.filename == str(path)
    with pytest.raises(OSError) as missing, replacing(tmp_path / "gone" / "a") as temporary:
        temporary.write_text("")
    assert missing.value.filename == str(tmp_path / "gone" / "a")


@pytest.mark.parametrize("name", ["a.wav", "x" * 251 + ".wav", "오" * 83 + "ab.wav", "h" * 255])
def test_a_name_of_any_length_is_written_and_swept(tmp_path, name):
    path = tmp_path / name
    with replacing(path) as temporary:
        temporary.write_text("whole")
        assert temporary.name.startswith(".")
    assert path.read_text() == "whole"
    part_path(path).write_text("half")
    assert (sweep(tmp_path), [entry.name for entry in tmp_path.iterdir()]) == (1, [name])


def test_long_names_that_differ_at_their_end_have_temporary_names_of_their_own(tmp_path):
    names = [f"{'x' * 250}{number}.wav" for number in range(5)]
    assert len({part_path(tmp_path / name) for name in names}) == 5


def test_a_long_name_set_aside_loses_its_last_letters(tmp_path):
    path = tmp_path / ("오" * 83 + "a.wav")
    for content in "01":
        path.write_text(content)
        set_aside(path)
    kept = {entry.name[-8:]: entry.read_text() for entry in tmp_path.iterdir()}
    assert kept == {"오오a..bak": "0", "오오a.bak2": "1"}
