from pathlib import Path

import pytest

from voiceprep.text.list_reader import ListFile


def test_lines_keep_their_numbers_where_blank_ones_are_left_out():
    file = ListFile(Path("list"), "\na|One.\n  \nb|Two.\n")
    assert file.lines == ((2, "a|One."), (4, "b|Two."))
    assert file.first_line == "a|One."


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n"])
def test_a_list_of_blank_lines_has_no_first_line(text):
    file = ListFile(Path("list"), text)
    assert (file.lines, file.first_line) == ((), "")
