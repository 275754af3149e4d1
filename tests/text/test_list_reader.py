from pathlib import Path

import pytest

from voiceprep.text.list_reader import ListFile
from voiceprep.text.metadata import parse_table


def test_lines_keep_their_numbers_where_blank_ones_are_left_out():
    file = ListFile(Path("list"), "\na|One.\n  \nb|Two.\n")
    assert file.lines == ((2, "a|One."), (4, "b|Two."))
    assert file.first_line == "a|One."


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n"])
def test_a_list_of_blank_lines_has_no_first_line(text):
    file = ListFile(Path("list"), text)
    assert (file.lines, file.first_line) == ((), "")


@pytest.mark.parametrize(
    "text", ["; in English\n\nc1: Yes.\n", "# x\nc1|Yes.\n# y\n", "#\nc1 Yes.\n"]
)
def test_comments_are_no_rows_and_are_told(text):
    table = parse_table(Path("list.txt"), text.encode(), ["c1"])
    assert [(row.key, row.text) for row in table.rows] == [("c1", "Yes.")]
    assert len(table.notes) == 1


def test_comments_are_counted():
    (note,) = parse_table(Path("list.txt"), b"c1|Yes.\n# a\n# b\n; c\n").notes
    assert "line 2 and 2 more" in note


def test_a_name_that_begins_as_comments_do_is_a_row():
    table = parse_table(Path("list.txt"), b"#1|Yes.\n#2|# No.\n", ["#1", "sub/#2"])
    assert [(row.key, row.text) for row in table.rows] == [("#1", "Yes."), ("#2", "# No.")]


def test_a_text_that_begins_as_comments_do_is_a_row_before_the_name_of_its_sound():
    table = parse_table(Path("list.txt"), b"# 5 is alive.|c1.wav\nNo.|c2.wav\n", ["c1", "c2"])
    assert [(row.key, row.text) for row in table.rows] == [
        ("c1.wav", "# 5 is alive."),
        ("c2.wav", "No."),
    ]
