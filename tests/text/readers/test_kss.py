import unicodedata

import pytest

from tests.text.lists import pairs, read
from voiceprep.errors import TableError
from voiceprep.text.column_roles import parse_roles
from voiceprep.text.list_reader import ListFormat
from voiceprep.text.metadata import read_table

EXPANDED = "버스는 열 시 오 분에 옵니다."
JAMO = unicodedata.normalize("NFD", EXPANDED)
LIST = f"1/1_0000.wav|버스는 10시 5분에 옵니다.|{EXPANDED}|{JAMO}|2.1|The bus comes at 10:05.\n"


@pytest.mark.parametrize("version", ["1.4", "1.2"])
def test_the_text_has_its_numbers_in_words(tmp_path, version):
    table = read(tmp_path, LIST, f"transcript.v.{version}.txt")
    assert pairs(table) == [("1/1_0000", EXPANDED)]
    assert table.rows[0].speaker == "kss"
    assert table.notes == ()


def test_columns_name_another_text(tmp_path):
    path = tmp_path / "transcript.v.1.4.txt"
    path.write_text(LIST, encoding="utf-8")
    form = ListFormat(columns=parse_roles("id,other,other,text,other,other"))
    assert pairs(read_table(path, form=form)) == [("1/1_0000", JAMO)]


def test_a_line_with_too_few_columns_is_named(tmp_path):
    with pytest.raises(TableError, match="line 2: has 2 columns, and no text in column 3"):
        read(tmp_path, LIST + "1/1_0001.wav|비가 옵니다.\n", "transcript.v.1.4.txt")
