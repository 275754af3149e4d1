import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.lists import IDS, pairs, read
from voiceprep.errors import TableError
from voiceprep.text.readers.kaldi import parse_speakers
from voiceprep.text.text_table import TextRow


def test_kaldis_text(tmp_path):
    table = read(tmp_path, "anna-1 the first, it is\nanna-2  the second\n", "text")
    assert table.rows == (
        TextRow("anna-1", "the first, it is", None, 1),
        TextRow("anna-2", "the second", None, 2),
    )


def test_kaldis_speakers_are_in_a_file_beside_it(tmp_path):
    (tmp_path / "utt2spk").write_text("a anna\nb bob\nnobody carl\n")
    table = read(tmp_path, "a one\nb two\nc three\n", "text")
    assert [row.speaker for row in table.rows] == ["anna", "bob", None]


@pytest.mark.parametrize("line", ["b\n", "b bob carl\n"])
def test_a_bad_line_of_kaldis_speakers_is_named(tmp_path, line):
    (tmp_path / "utt2spk").write_text("a anna\n" + line)
    with pytest.raises(TableError, match=r"utt2spk, line 2: has \d words; a line is ID SPEAKER"):
        read(tmp_path, "a one\n", "text")


def test_speakers_elsewhere_have_nothing_to_say(tmp_path):
    (tmp_path / "utt2spk").write_text("a anna\n")
    assert read(tmp_path, "a|One.\n", "metadata.csv").rows[0].speaker is None


def test_bars_in_a_file_called_text_are_columns(tmp_path):
    assert pairs(read(tmp_path, "a|Two words.\n", "text")) == [("a", "Two words.")]


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(IDS, IDS))
def test_any_speakers_come_back(tmp_path_factory, speakers):
    path = tmp_path_factory.mktemp("list") / "utt2spk"
    data = "".join(f"{key} {who}\n" for key, who in speakers.items()).encode()
    assert parse_speakers(path, data) == speakers
