import pytest

from tests.text.lists import pairs, read
from voiceprep.errors import TableError
from voiceprep.text.metadata import read_table


def test_an_id_and_a_text_are_known_under_any_name_by_the_ids_of_the_clips(tmp_path):
    path = tmp_path / "metadata.txt"
    path.write_text("a One, and more.\nb Two.\n")
    assert pairs(read_table(path, ["part/a", "part/b"])) == [("a", "One, and more."), ("b", "Two.")]
    with pytest.raises(TableError) as caught:
        read_table(path, ["x", "y"])
    assert (caught.value.path, caught.value.line) == (path, 2)


def test_an_id_may_have_a_suffix_and_a_folder(tmp_path):
    path = tmp_path / "metadata.txt"
    path.write_text("wavs/a.wav One, and more.\nb.WAV Two.\n")
    texts = pairs(read_table(path, ["a", "b"]))
    assert texts == [("wavs/a.wav", "One, and more."), ("b.WAV", "Two.")]


def test_an_id_without_a_text_is_reported(tmp_path):
    table = read(tmp_path, "a one\nb\n", "text")
    assert pairs(table) == [("a", "one")]
    (note,) = table.notes
    assert "line 2" in note


def test_two_texts_for_one_id_are_reported(tmp_path):
    with pytest.raises(TableError) as caught:
        read(tmp_path, "a one\na two\n", "text")
    assert (caught.value.path, caught.value.line) == (tmp_path / "text", 2)
