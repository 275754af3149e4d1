from pathlib import Path

import pytest

from tests.text.lists import pairs, read
from voiceprep.errors import TableError
from voiceprep.text.text_table import TextRow, clean_rows


def test_a_row_without_text_is_left_out_and_reported(tmp_path):
    table = read(tmp_path, "a|One.\nb| \nc|\n")
    assert pairs(table) == [("a", "One.")]
    assert table.notes[0].endswith("no text in line 2, 3")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (TextRow(" ", "One.", line=3), "has no name of a sound"),
        (TextRow("a", "O\0ne.", line=3), "its text contains a zero byte or a lone surrogate"),
        (TextRow("a", "O\ud800ne.", line=3), "its text contains a zero byte or a lone surrogate"),
    ],
)
def test_a_row_without_a_name_or_with_a_text_that_cannot_be_written_is_named(row, why):
    with pytest.raises(TableError) as caught:
        clean_rows(Path("list"), [row])
    assert (caught.value.path, caught.value.line, caught.value.why) == (Path("list"), 3, why)


@pytest.mark.parametrize(("first", "place"), [(1, "line 1"), (0, "a")])
def test_two_texts_for_one_name_are_an_error_that_names_both_places(first, place):
    rows = [TextRow("a", "One.", line=first), TextRow("a", "Two.", line=7)]
    with pytest.raises(TableError) as caught:
        clean_rows(Path("list"), rows)
    assert (caught.value.path, caught.value.line) == (Path("list"), 7)
    assert caught.value.why == f"another text for a, which {place} has already"


def test_the_same_row_twice_counts_once_and_is_reported(tmp_path):
    table = read(tmp_path, "a|One.\na|One.\n")
    assert len(table.rows) == 1
    assert "1 duplicate row" in table.notes[0]
