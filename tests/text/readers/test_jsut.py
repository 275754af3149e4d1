import pytest

from tests.text.lists import pairs, read
from voiceprep.errors import TableError


@pytest.mark.parametrize("name", ["transcript_utf8.txt", "transcripts_utf8.txt", "metadata.txt"])
def test_jsuts_transcripts(tmp_path, name):
    text = "BASIC5000_0001:水をマレーシアから買わなくてはならないのです。\nBASIC5000_0002:A: B\n"
    assert pairs(read(tmp_path, text, name)) == [
        ("BASIC5000_0001", "水をマレーシアから買わなくてはならないのです。"),
        ("BASIC5000_0002", "A: B"),
    ]


def test_a_comma_behind_the_colon_belongs_to_the_text(tmp_path):
    table = read(tmp_path, "a: Hello, you.\nb: Yes, sir.\n", "metadata.txt")
    assert pairs(table) == [("a", "Hello, you."), ("b", "Yes, sir.")]


@pytest.mark.parametrize("line", ["without one", ":no ID", "two words:text", "C:\\x.wav"])
def test_a_line_without_an_id_before_a_colon_is_named(tmp_path, line):
    with pytest.raises(TableError, match="line 2: has no ID before a colon; a line is ID:text"):
        read(tmp_path, f"a:One.\n{line}\n", "transcript_utf8.txt")
