import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.lists import pairs, read
from voiceprep.errors import TableError
from voiceprep.text.metadata import (
    find_nested_tables,
    find_tables,
    merge_tables,
    parse_table,
    read_table,
)
from voiceprep.text.text_table import TextRow, TextTable


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a|One.\nb|Two.|Two|Two.\n", 2, "4 columns"),
        ("a|One.|One.\nb\n", 2, "1 column"),
        ("a|One.\n|Two.\n", 2, "no name"),
        ("a|b|c|d\n", 1, "--columns"),
        ("just a sentence\n", 1, "one column"),
        ("a|One.\nb|Two.\na|Three.\n", 3, "another text"),
        ("", 0, "contains no text"),
        ("id,text\n", 0, "contains no text"),
        ('{"id": "a"}\n', 1, "no text"),
        ('{"id": "a", "text": 5}\n', 1, "both strings"),
        ('{"id": "a", "text": "x"}\n[1]\n', 2, "JSON object"),
        ('{"id": "a", "text": "x"}\n{"id"\n', 2, "not JSON"),
        ('[{"id": "a", "text": "x"}]', 1, "JSON object"),
        ('{\n"id": "a", "text": "x"}', 1, "not JSON"),
        ('{"a":' * 100_000, 1, "not JSON"),
        ('{"id": "a", "text": "x\\ud800"}', 1, "lone surrogate"),
        ('{"id": "a", "text": "x\\u0000"}', 1, "zero byte"),
        ("a,Hello, you.\nb,Yes, sir.\n", 1, "3 columns.*commas"),
        ("id,text\na,Hello, you.\n", 2, "3 columns.*commas"),
        ("id,text,text\na,x,y\n", 1, "two columns"),
        ("a|One.\nb|T\0o.\n", 2, "zero byte"),
        ("a|One.\rb|T\0o.\r", 2, "zero byte"),
        ("\ufeffa|One.\nb|T\0o.\n", 2, "zero byte"),
        ("a|One.\nb|T\0o.\n".encode("utf-16"), 2, "zero byte"),
        ("a|One.\n".encode("utf-16")[:-1], 1, "utf-16"),
        (b"a|One.\rb|T\x81o.\r", 2, "cp850"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, text, line, why):
    with pytest.raises(TableError, match=why) as caught:
        read(tmp_path, text)
    assert (caught.value.path, caught.value.line) == (tmp_path / "metadata.csv", line)


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
    found = [path.relative_to(tmp_path).as_posix() for path in find_nested_tables(tmp_path)]
    assert found == list(names)


def test_lists_of_parts_become_one(tmp_path):
    one = TextTable(tmp_path / "one", (TextRow("a", "One.", "anna", 4),), ("a note",))
    two = TextTable(
        tmp_path / "two", (TextRow("a", "One.", None, 7), TextRow("b", "Two.", None, 8))
    )
    merged = merge_tables(tmp_path, [one, two])
    assert merged.rows == (TextRow("a", "One.", "anna"), TextRow("b", "Two."))
    assert merged.notes == ("a note",)
    assert merge_tables(tmp_path, [one]) is one
    assert merge_tables(tmp_path, []).rows == ()


def test_two_lists_with_different_texts_for_one_name_are_reported(tmp_path):
    one = TextTable(tmp_path / "one", (TextRow("a", "One.", None, 4),))
    two = TextTable(tmp_path / "two", (TextRow("a", "Another.", None, 7),))
    with pytest.raises(TableError) as caught:
        merge_tables(tmp_path, [one, two])
    assert (caught.value.path, caught.value.line) == (two.path, 7)


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
