from pathlib import Path

import pytest

from voiceprep.clip import Clip, clip_id, read_clips, write_clips
from voiceprep.errors import TableError


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a.wav", "a"), ("deep/a.b.mp3", "deep/a.b"), ("deep/ünï.wav", "deep/ünï")],
)
def test_an_id_is_the_path_without_its_suffix(path, expected):
    assert clip_id(Path("folder") / path, Path("folder")) == expected


def test_clips_come_back_in_the_order_of_their_ids(tmp_path):
    clips = [Clip("b", "wavs/b.wav", "Two.", "anna", 2.0), Clip("a", "wavs/a.wav")]
    write_clips(tmp_path / "clips.jsonl", clips)
    assert read_clips(tmp_path / "clips.jsonl") == clips[::-1]


def test_there_are_no_clips_where_there_is_no_list(tmp_path):
    assert read_clips(tmp_path / "clips.jsonl") == []


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "a"}',
        '{"id": "a", "path": "b", "colour": "red"}',
        '{"id": "a", "path": 5}',
        '{"id": ["a"], "path": "b"}',
        '{"id": "a", "path": "b\\u0000"}',
        '{"id": "a", "path": "b", "text": 0}',
        '{"id": "a", "path": "b", "speaker": []}',
        '{"id": "a", "path": "b", "seconds": "1"}',
    ],
)
def test_a_line_that_is_no_clip_is_named(tmp_path, line):
    (tmp_path / "clips.jsonl").write_text(line)
    with pytest.raises(TableError, match=r"clips\.jsonl, line 1: not a clip"):
        read_clips(tmp_path / "clips.jsonl")
