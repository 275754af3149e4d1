from pathlib import Path

import pytest

from tests.text.lists import pairs, read
from voiceprep.errors import TableError
from voiceprep.text.metadata import read_table
from voiceprep.text.text_files import decode


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    assert pairs(read(tmp_path, "a|One.\n", encoding="utf-8-sig")) == [("a", "One.")]
    assert pairs(read(tmp_path, "a|Ünï.\n", encoding="utf-16")) == [("a", "Ünï.")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(tmp_path, end):
    assert pairs(read(tmp_path, f"a|One.{end}b|Two.{end}{end}")) == [("a", "One."), ("b", "Two.")]


def test_windows_1252_is_read_and_reported(tmp_path):
    table = read(tmp_path, "a|Plain.\nb|Café “so”.\n", encoding="cp1252")
    assert pairs(table)[1] == ("b", "Café “so”.")
    assert "line 2" in table.notes[0]
    assert "Windows-1252" in table.notes[0]


def test_lines_are_counted_by_every_kind_of_end(tmp_path):
    table = read(tmp_path, "a|One.\rb|Two.\rc|Café.\r", encoding="cp1252")
    assert "line 3" in table.notes[0]


def test_breaks_that_only_some_programs_know_stay_within_a_line(tmp_path):
    table = read(tmp_path, "a|One\u2028two\x0bthree\x85four.\nb|Two.\n")
    assert len(table.rows) == 2


@pytest.mark.parametrize(
    ("data", "line", "why"),
    [
        ("One.\nT\0o.\n".encode("utf-16"), 2, "contains a zero byte: save the file as UTF-8"),
        ("One.\n".encode("utf-16")[:-1], 1, "not utf-16: save the file as UTF-8"),
        (b"One.\rT\x81o.", 2, "neither UTF-8 nor Windows-1252: save the file as UTF-8"),
    ],
)
def test_bytes_that_are_no_text_are_named_with_their_line(data, line, why):
    with pytest.raises(TableError) as caught:
        decode(Path("list"), data)
    assert (caught.value.path, caught.value.line, caught.value.why) == (Path("list"), line, why)


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(TableError, match=r"gone\.csv: cannot be read: no such file or directory"):
        read_table(tmp_path / "gone.csv")
