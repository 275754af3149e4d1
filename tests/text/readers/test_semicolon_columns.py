import pytest

from tests.text.lists import pairs, read


@pytest.mark.parametrize(
    "text",
    [
        "file;sentence\nc1;Yes, it is.\nc2;No.\n",
        "\ufeffsep=;\r\nfile;sentence\r\nc1;Yes, it is.\r\nc2;No.\r\n",
        'c1;"Yes, it is."\nc2;No.\n',
        "# exported\n\nc1;Yes, it is.\nc2;No.\n",
    ],
)
def test_a_list_between_semicolons(tmp_path, text):
    assert pairs(read(tmp_path, text)) == [("c1", "Yes, it is."), ("c2", "No.")]


def test_a_quoted_text_has_semicolons_and_line_breaks(tmp_path):
    table = read(tmp_path, 'c1;"Yes;\nit ""is""."\nc2;No.\n')
    assert [(row.text, row.line) for row in table.rows] == [('Yes;\nit "is".', 1), ("No.", 3)]


def test_a_semicolon_in_a_text_between_commas_ends_no_column(tmp_path):
    assert pairs(read(tmp_path, 'c1,"Yes; no."\nc2,No.\n')) == [("c1", "Yes; no."), ("c2", "No.")]
