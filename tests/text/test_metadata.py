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
    ("text", "why"),
    [
        ("a|One.\nb|Two.|Two|Two.\n", "line 2: has 4 columns where the first line has 2"),
        ("a|One.|One.\nb\n", "line 2: has 1 columns where the first line has 3"),
        ("a|One.\n|Two.\n", "line 2: has no name of a sound"),
        ("a|b|c|d\n", "line 1: has 4 columns: must be 2 or 3"),
        ("just a sentence\n", "line 1: has one column"),
        ("a|One.\nb|Two.\na|Three.\n", "line 3: another text for a, which line 1 has already"),
        ("", "contains no text"),
        ("id,text\n", "contains no text"),
        ('{"id": "a"}\n', "line 1: has no text"),
        ('{"id": "a", "text": 5}\n', "line 1: must have a name and a text"),
        ('{"id": "a", "text": "x"}\n[1]\n', "line 2: not a JSON object"),
        ('{"id": "a", "text": "x"}\n{"id"\n', "line 2: not JSON"),
        ('[{"id": "a", "text": "x"}]', "line 1: not a JSON object in braces"),
        ('{\n"id": "a", "text": "x"}', "line 1: not JSON"),
        ('{"a":' * 100_000, "line 1: not JSON"),
        ('{"id": "a", "text": "x\\ud800"}', "line 1: its text contains a zero byte or"),
        ('{"id": "a", "text": "x\\u0000"}', "line 1: its text contains a zero byte or"),
        ("a,Hello, you.\nb,Yes, sir.\n", "line 1: has 3 columns: must be 2,.*quote a text"),
        ("id,text\na,Hello, you.\n", "line 2: has 3 columns .* quote a text that has commas"),
        ("id,text,text\na,x,y\n", "line 1: two columns are called text"),
        ("a|One.\nb|T\0o.\n", "line 2: contains a zero byte"),
        ("a|One.\rb|T\0o.\r", "line 2: contains a zero byte"),
        ("\ufeffa|One.\nb|T\0o.\n", "line 2: contains a zero byte"),
        ("a|One.\nb|T\0o.\n".encode("utf-16"), "line 2: contains a zero byte"),
        ("a|One.\n".encode("utf-16-le"), "line 1: contains a zero byte"),
        ("a|One.\n".encode("utf-32"), "contains a zero byte"),
        ("a|One.\n".encode("utf-16")[:-1], "not utf-16"),
        (b"a|One.\rb|T\x81o.\r", "line 2: neither UTF-8 nor Windows-1252"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, text, why):
    with pytest.raises(TableError, match=why) as caught:
        read(tmp_path, text)
    assert str(tmp_path / "metadata.csv") in str(caught.value)


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
