import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.clip import Clip
from voiceprep.errors import TableError, TargetError
from voiceprep.text.filelist import (
    Assignment,
    list_texts,
    plain_line,
    read_splits,
    write_lists,
    write_splits,
)

CLIPS = [Clip("a", "wavs/a.wav", "One."), Clip("b/c", "wavs/b/c.wav", "Two|three.")]
SPLITS = {"a": "train", "b/c": "val"}


def test_all_six_lists_are_made_empty_where_unused():
    assert list_texts(CLIPS, SPLITS, "npy") == {
        "train.txt": "wavs/a.wav|One.\n",
        "mel_train.txt": "mels/a.npy|One.\n",
        "val.txt": "wavs/b/c.wav|Two three.\n",
        "mel_val.txt": "mels/b/c.npy|Two three.\n",
        "test.txt": "",
        "mel_test.txt": "",
    }


@given(st.text())
def test_every_text_fits_one_field_of_one_line(text):
    line = plain_line(text)
    assert "|" not in line
    assert len(line.splitlines()) <= 1


def test_lists_are_written_once(tmp_path):
    lists = list_texts(CLIPS, SPLITS, "npy")
    assert write_lists(tmp_path, lists, force=False) == (True, [])
    assert write_lists(tmp_path, lists, force=False) == (False, [])
    assert (tmp_path / "train.txt").read_text() == "wavs/a.wav|One.\n"


def test_a_list_that_is_not_ours_stays(tmp_path):
    (tmp_path / "train.txt").write_text("mine")
    with pytest.raises(TargetError, match=r"train\.txt: voiceprep did not write it; -f"):
        write_lists(tmp_path, list_texts(CLIPS, SPLITS, "npy"), force=False)
    assert (tmp_path / "train.txt").read_text() == "mine"
    write_lists(tmp_path, list_texts(CLIPS, SPLITS, "npy"), force=True)
    assert (tmp_path / "train.txt").read_text() == "wavs/a.wav|One.\n"


def test_a_list_changed_by_hand_is_kept_beside_the_new_one(tmp_path):
    lists = list_texts(CLIPS, SPLITS, "npy")
    write_lists(tmp_path, lists, force=False)
    (tmp_path / "train.txt").write_text("changed")
    _, notes = write_lists(tmp_path, lists, force=False)
    assert notes == ["the changed train.txt is kept as train.txt.bak"]
    assert (tmp_path / "train.txt.bak").read_text() == "changed"
    assert (tmp_path / "train.txt").read_text() == lists["train.txt"]


def test_splits_come_back(tmp_path):
    kept = [Assignment("b", "h2", "val", "ljspeech"), Assignment("a", "h1", "train", "ljspeech")]
    path = tmp_path / "splits.jsonl"
    assert read_splits(path) == []
    write_splits(path, kept)
    assert read_splits(path) == kept[::-1]


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "a"}',
        '{"id": "a", "content": "h", "side": "dev", "split": "x"}',
        '{"id": "a", "content": "h", "side": ["val"], "split": "x"}',
        '{"id": 5, "content": "h", "side": "val", "split": "x"}',
        "nonsense",
        "[" * 100_000,
    ],
)
def test_a_line_of_splits_that_makes_no_sense_is_named(tmp_path, line):
    path = tmp_path / "splits.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(TableError, match="line 1"):
        read_splits(path)
