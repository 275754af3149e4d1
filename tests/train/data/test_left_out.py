"""Clips that were left out: one line each, or one for many with the same cause."""

import subprocess

import pytest

from tests.signals import sweep, write
from voiceprep.records import Outcome
from voiceprep.train.data.left_out import SHOWN, describe_left_out
from voiceprep.train.data.load import load_audio_clips, load_text_clips
from voiceprep.train.frontend import FrontendConfig

VOICE = FrontendConfig()


def write_list(dataset, listed, count=30):
    """A list of clips whose paths are those of `listed`, a pattern with the clip's number."""
    path = dataset / "train.txt"
    path.write_text("".join(f"{listed.format(n)}|Hello there.\n" for n in range(count)))
    return path


def load(path, dataset):
    return load_text_clips(path, dataset, VOICE, "wavs")


def missing(name, why="gone"):
    return Outcome(name, "failed", why, {"listed": f"wavs/{name}.wav"})


def test_few_clips_have_a_line_each(tmp_path):
    rows = [missing("a"), Outcome("b", "quarantined", "it hums")]
    lines = describe_left_out(rows, 9, tmp_path / "train.txt", tmp_path)
    assert lines == ("a: gone", "b: it hums")


def test_many_with_one_reason_share_a_line(tmp_path):
    same = [Outcome(f"{n}", "quarantined", "it hums") for n in range(SHOWN + 1)]
    other = Outcome("x", "failed", "cut off")
    lines = describe_left_out([*same, other], 5000, tmp_path / "train.txt", tmp_path)
    assert len(lines) == 2
    assert f"{SHOWN + 1} of the 5000 clips" in lines[0]
    assert lines[0].endswith("it hums")
    assert lines[1] == "x: cut off"


def test_a_whole_list_without_files_is_told_once_however_short(tmp_path):
    path = tmp_path / "train.txt"
    assert len(describe_left_out([missing("a"), missing("b")], 2, path, tmp_path)) == 1


@pytest.mark.parametrize(
    ("listed", "found", "change"),
    [
        ("DUMMY/LJ{:03}.wav", "wavs/LJ{:03}.wav", "replace DUMMY/ by wavs/ in"),
        ("DUMMY/LJ{:03}.wav", "LJ{:03}.wav", "replace DUMMY/ by nothing in"),
        ("LJ{:03}.wav", "wavs/LJ{:03}.wav", "put wavs/ before each path in"),
        ("data/a/{:03}.wav", "wavs/a/{:03}.wav", "replace data/ by wavs/ in"),
        ("/else/wavs/{:03}.wav", "wavs/{:03}.wav", "replace /else/ by nothing in"),
        (
            "LJSpeech-1.1/mels/LJ{:03}.pt",
            "wavs/LJ{:03}.wav",
            "replace LJSpeech-1.1/mels/ by wavs/ and .pt by .wav in",
        ),
    ],
)
def test_the_prefix_to_replace_is_named_and_the_command_replaces_it(
    tmp_path, listed, found, change
):
    for number in range(30):
        write(tmp_path / found.format(number), sweep(0.5))
    path = write_list(tmp_path, listed)
    (line,) = load(path, tmp_path).left_out_lines
    assert "30 of the 30 clips" in line
    assert listed.format(0) in line
    assert change in line
    command = line[line.index("sed -i") : line.rindex(" does")]
    subprocess.run(command, shell=True, check=True)
    assert len(load(path, tmp_path).items) == 30


def test_what_lies_nowhere_is_told_with_what_the_placeholder_means(tmp_path):
    path = write_list(tmp_path, "DUMMY/{}.wav", 3000)
    for loaded in (load(path, tmp_path), load_audio_clips(path, tmp_path, VOICE)):
        (line,) = loaded.left_out_lines
        assert "3000 of the 3000 clips" in line
        assert "DUMMY stands for the folder of the recordings in NVIDIA's lists" in line
        assert "-d" in line
        assert len(loaded.left_out) == 3000
    (line,) = load(write_list(tmp_path, "/else/{}.wav"), tmp_path).left_out_lines
    assert "/else/0.wav" in line
    assert "-d" in line


def test_a_prefix_that_a_shell_would_read_otherwise_has_no_command(tmp_path):
    write(tmp_path / "wavs" / "0.wav", sweep(0.5))
    (line,) = load(write_list(tmp_path, "a,b $x/{}.wav"), tmp_path).left_out_lines
    assert "replace a,b $x/ by wavs/" in line
    assert "sed" not in line
