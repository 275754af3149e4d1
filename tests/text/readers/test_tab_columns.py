from tests.text.lists import read
from voiceprep.text.text_table import TextRow


def test_a_tsv_with_a_header(tmp_path):
    table = read(tmp_path, 'client_id\tpath\tsentence\nx9\ta.mp3\t"Quoted ""so"" here."\n', "m.tsv")
    assert table.rows == (TextRow("a.mp3", 'Quoted "so" here.', "x9", 2),)
