import pytest

from tests.text.lists import pairs, read
from voiceprep.errors import TableError


@pytest.mark.parametrize(
    "header", ["file_name,transcription", "path,sentence", "ID,Text", "audio_file,text"]
)
def test_a_csv_with_a_header(tmp_path, header):
    table = read(tmp_path, f'{header}\na.wav,"Hello, you."\nb.wav,He said ""no""\n')
    assert pairs(table)[0] == ("a.wav", "Hello, you.")


def test_a_csv_without_a_header_has_two_columns(tmp_path):
    table = read(tmp_path, 'a,"Hello, you."\nb,Yes.\n')
    assert pairs(table) == [("a", "Hello, you."), ("b", "Yes.")]


def test_a_quoted_csv_field_may_hold_a_line_break(tmp_path):
    table = read(tmp_path, 'id,text\na,"one\ntwo"\nb,three\n')
    assert pairs(table) == [("a", "one\ntwo"), ("b", "three")]
    assert table.rows[1].line == 4


def test_a_text_with_a_comma_must_be_quoted(tmp_path):
    with pytest.raises(TableError, match="; quote a text that has commas") as caught:
        read(tmp_path, "a,Hello, you.\nb,Yes.\n")
    assert caught.value.line == 1


def test_an_open_quote_in_a_csv_is_named_with_its_line(tmp_path):
    with pytest.raises(TableError, match="line 3: a quote is opened and not closed"):
        read(tmp_path, 'id,text\na,One.\nb,"Two.\nc,Three.\n')
