import pytest

from tests.text.lists import read
from voiceprep.text.list_reader import ListFormat
from voiceprep.text.metadata import read_table
from voiceprep.text.text_table import TextRow


def test_a_tsv_with_a_header(tmp_path):
    table = read(tmp_path, 'client_id\tpath\tsentence\nx9\ta.mp3\t"Quoted ""so"" here."\n', "m.tsv")
    assert table.rows == (TextRow("a.mp3", 'Quoted "so" here.', "x9", 2),)


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_jp", "iso2022_jp", "utf-8", "utf-16"])
@pytest.mark.parametrize("header", ["", "ファイル名\t話者\tテキスト\n"])
def test_a_table_in_japanese_in_any_of_its_encodings(tmp_path, encoding, header):
    path = tmp_path / "transcripts.tsv"
    lines = "f001\tF1\t雨が降っています。\nf002\tF1\t傘を持って行きます。\n"
    path.write_bytes((header + lines).encode(encoding))
    table = read_table(path, ["f001", "f002"], ListFormat(encoding))
    assert [(row.key, row.text, row.speaker) for row in table.rows] == [
        ("f001", "雨が降っています。", "F1"),
        ("f002", "傘を持って行きます。", "F1"),
    ]
