from pathlib import Path

import pytest

from tests.text.lists import pairs, read
from voiceprep.errors import TableError, TableErrors
from voiceprep.text.text_table import TextRow, clean_rows


def test_a_row_without_text_is_left_out_and_reported(tmp_path):
    table = read(tmp_path, "a|One.\nb| \nc|\n")
    assert pairs(table) == [("a", "One.")]
    assert table.notes[0].endswith("no text in line 2, 3")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (TextRow(" ", "One.", line=3), "has no name of a sound"),
        (TextRow("a", "O\0ne.", line=3), "contains a zero byte or a lone surrogate"),
        (TextRow("a\0", "One.", line=3), "contains a zero byte or a lone surrogate"),
        (TextRow("a", "One.", "an\0na", line=3), "contains a zero byte or a lone surrogate"),
        (TextRow("a", "O\ud800ne.", line=3), "contains a zero byte or a lone surrogate"),
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


def test_all_bad_rows_are_named_at_once_whatever_is_wrong_with_them(tmp_path):
    lines = ["a|One.", "|No name.", "b|Two.", "b|Three.", "c", "d|T\0o.", "e|1|2|3", "f|Four."]
    with pytest.raises(TableErrors) as caught:
        read(tmp_path, "\n".join(lines))
    assert [error.line for error in caught.value.errors] == [2, 4, 5, 6, 7]
    assert (caught.value.path, caught.value.line) == (tmp_path / "metadata.csv", 2)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("m.jsonl", '{"id": "a", "text": "x"}', '{"id": "b"'),
        ("m.tsv", "a\tx", "b"),
        ("m.csv", "id,text", "a,b,c"),
        ("txt.done.data", '( a "x" )', "( b )"),
        ("transcript_utf8.txt", "a:x", "b"),
    ],
)
def test_all_bad_rows_are_named_in_lists_of_every_format(tmp_path, name, good, bad):
    with pytest.raises(TableErrors) as caught:
        read(tmp_path, f"{good}\n{bad}\n\n{bad}\n", name)
    assert [error.line for error in caught.value.errors] == [2, 4]


@pytest.mark.parametrize(("ids", "key"), [(["a"], "a"), (["a ", "b"], "a "), (["x/ a"], "a ")])
def test_blanks_around_a_name_are_part_of_it_where_sounds_have_such_names(ids, key):
    (row,), _ = clean_rows(Path("list"), [TextRow("a ", "One.")], ids)
    assert row.key == key
