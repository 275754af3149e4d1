import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.errors import TableError
from voiceprep.text.rows import Row, Table
from voiceprep.text.tables import find_below, find_tables, merge_tables, parse_table, read_table


def read(tmp_path, text, name="metadata.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return read_table(path)


def pairs(table):
    return [(row.key, row.text) for row in table.rows]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    assert pairs(read(tmp_path, "a|One.\n", encoding="utf-8-sig")) == [("a", "One.")]
    assert pairs(read(tmp_path, "a|Ünï.\n", encoding="utf-16")) == [("a", "Ünï.")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(tmp_path, end):
    assert pairs(read(tmp_path, f"a|One.{end}b|Two.{end}{end}")) == [("a", "One."), ("b", "Two.")]


def test_windows_1252_is_read_and_told(tmp_path):
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
    ("text", "why"),
    [
        ("a|One.\nb|Two.|Two|Two.\n", "line 2: has 4 columns where the first line has 2"),
        ("a|One.|One.\nb\n", "line 2: has 1 columns where the first line has 3"),
        ("a|One.\n|Two.\n", "line 2: has no name of a sound"),
        ("a|b|c|d\n", "line 1: has 4 columns: 2 or 3 are wanted"),
        ("just a sentence\n", "line 1: has one column"),
        ("a|One.\nb|Two.\na|Three.\n", "line 3: another text for a, which line 1 has already"),
        ("", "holds no text"),
        ("id,text\n", "holds no text"),
        ('{"id": "a"}\n', "line 1: has no text"),
        ('{"id": "a", "text": 5}\n', "line 1: a name and a text are wanted"),
        ('{"id": "a", "text": "x"}\n[1]\n', "line 2: not a JSON object"),
        ('{"id": "a", "text": "x"}\n{"id"\n', "line 2: not JSON"),
        ('[{"id": "a", "text": "x"}]', "line 1: not a JSON object in braces"),
        ('{\n"id": "a", "text": "x"}', "line 1: not JSON"),
        ('{"a":' * 100_000, "line 1: not JSON"),
        ('{"id": "a", "text": "x\\ud800"}', "line 1: its text holds a zero or half a character"),
        ('{"id": "a", "text": "x\\u0000"}', "line 1: its text holds a zero or half a character"),
        ("a,Hello, you.\nb,Yes, sir.\n", "line 1: has 3 columns: 2 are wanted.*quote a text"),
        ("id,text\na,Hello, you.\n", "line 2: has 3 columns .* quote a text that has commas"),
        ("id,text,text\na,x,y\n", "line 1: two columns are called text"),
        ("a|One.\nb|T\0o.\n", "line 2: holds a zero byte"),
        ("a|One.\rb|T\0o.\r", "line 2: holds a zero byte"),
        ("\ufeffa|One.\nb|T\0o.\n", "line 2: holds a zero byte"),
        ("a|One.\nb|T\0o.\n".encode("utf-16"), "line 2: holds a zero byte"),
        ("a|One.\n".encode("utf-16-le"), "line 1: holds a zero byte"),
        ("a|One.\n".encode("utf-32"), "holds a zero byte"),
        ("a|One.\n".encode("utf-16")[:-1], "not utf-16"),
        (b"a|One.\rb|T\x81o.\r", "line 2: neither UTF-8 nor Windows-1252"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, text, why):
    with pytest.raises(TableError, match=why) as caught:
        read(tmp_path, text)
    assert str(tmp_path / "metadata.csv") in str(caught.value)


def test_a_row_without_text_is_left_out_and_told(tmp_path):
    table = read(tmp_path, "a|One.\nb| \nc|\n")
    assert pairs(table) == [("a", "One.")]
    assert table.notes[0].endswith("no text in line 2, 3")


def test_the_same_row_twice_counts_once_and_is_told(tmp_path):
    table = read(tmp_path, "a|One.\na|One.\n")
    assert len(table.rows) == 1
    assert "1 rows are there twice" in table.notes[0]


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(TableError, match=r"gone\.csv: cannot be read"):
        read_table(tmp_path / "gone.csv")


def test_lists_are_found_by_their_usual_names(tmp_path):
    assert find_tables(tmp_path) == []
    for name in ("metadata.txt", "metadata.csv", "notes.csv"):
        (tmp_path / name).touch()
    assert [path.name for path in find_tables(tmp_path)] == ["metadata.csv", "metadata.txt"]


def test_lists_of_corpora_are_found_behind_the_usual_ones(tmp_path):
    (tmp_path / "etc").mkdir()
    for name in ("etc/txt.done.data", "transcript_utf8.txt", "text", "manifest.json"):
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in find_tables(tmp_path)] == [
        *("manifest.json", "text", "transcript_utf8.txt", "etc/txt.done.data")
    ]


def test_a_folder_of_the_name_of_a_list_is_none(tmp_path):
    (tmp_path / "text").mkdir()
    assert find_tables(tmp_path) == []


def test_lists_of_parts_are_found_below(tmp_path):
    names = ("LS/84/12/84-12.trans.txt", "jsut/basic/transcript_utf8.txt", "us/etc/txt.done.data")
    for name in (*names, "docs/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in find_below(tmp_path)] == list(names)


def test_lists_of_parts_become_one(tmp_path):
    one = Table(tmp_path / "one", (Row("a", "One.", "anna", 4),), ("told",))
    two = Table(tmp_path / "two", (Row("a", "One.", None, 7), Row("b", "Two.", None, 8)))
    merged = merge_tables(tmp_path, [one, two])
    assert merged.rows == (Row("a", "One.", "anna"), Row("b", "Two."))
    assert merged.notes == ("told",)
    assert merge_tables(tmp_path, [one]) is one
    assert merge_tables(tmp_path, []).rows == ()


def test_two_lists_with_different_texts_for_one_name_are_told(tmp_path):
    one = Table(tmp_path / "one", (Row("a", "One.", None, 4),))
    two = Table(tmp_path / "two", (Row("a", "Another.", None, 7),))
    with pytest.raises(TableError, match="two, line 7: another text for a, which a has already"):
        merge_tables(tmp_path, [one, two])


def test_bytes_are_read_without_a_file():
    assert pairs(parse_table(Path("x.tar/metadata.csv"), b"a|One.\n")) == [("a", "One.")]


WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS.filter(lambda text: text.strip() and "|" not in text), min_size=1))
def test_any_text_without_a_pipe_comes_back(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("list")
    lines = [f"clip{number}|{text}" for number, text in enumerate(texts)]
    table = read(folder, "\n".join(lines))
    assert [row.text for row in table.rows] == [text.strip() for text in texts]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    with suppress(TableError):
        assert read(tmp_path_factory.mktemp("list"), data).rows


def test_the_sample_metadata(tmp_path):
    data = Path(os.environ.get("VOICEPREP_DATA") or "missing")
    path = data / "ljspeech-mini" / "metadata.csv"
    if not path.exists():
        pytest.skip("the sample recordings are not here")
    table = read_table(path)
    assert len(table.rows) == 23
    assert not table.notes
