from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.text.lists import IDS, TEXTS, pairs, read
from voiceprep.errors import TableError
from voiceprep.text.list_reader import ListFile
from voiceprep.text.readers import READERS

SHAPES = {
    "text": "{} {}",
    "transcript_utf8.txt": "{}:{}",
    "txt.done.data": '( {} "{}" )',
}


@pytest.mark.parametrize(
    ("name", "line", "reader"),
    [
        ("text", '{"id": "a", "text": "One."}', "json-lines"),
        ("text", '( a "One." )', "festival"),
        ("txt.done.data", "a|One.", "festival"),
        ("84-1.trans.txt", "a:One|two", "librispeech"),
        ("text", "a One|two", "kaldi"),
        ("text", "a|One.", "pipe-columns"),
        ("transcript_utf8.txt", "a|One.", "jsut"),
        ("metadata.csv", "a:One.", "jsut"),
        ("transcript.v.1.4.txt", "1/a.wav|1.|One.|One.|1|One.", "kss"),
        ("transcript.v.1.4.txt", "a One.", "id-text"),
        ("metadata.csv", "a:One|two", "pipe-columns"),
        ("metadata.csv", "a One, two.", "id-text"),
        ("metadata.csv", "a One|two", "pipe-columns"),
        ("metadata.csv", "a|One,\ttwo", "pipe-columns"),
        ("metadata.csv", "a\tOne, two", "tab-columns"),
        ("metadata.csv", "b,One.", "comma-columns"),
    ],
)
def test_the_first_reader_that_recognises_a_list_reads_it(name, line, reader):
    file = ListFile(Path(name), line, ["part/a"])
    assert next(row.name for row in READERS if row.recognises(file)) == reader


def test_a_list_of_one_column_is_named(tmp_path):
    with pytest.raises(TableError, match=r"has one column; a line is ID\|text") as caught:
        read(tmp_path, "\njust a sentence\n")
    assert caught.value.line == 2


@pytest.mark.parametrize("name", SHAPES)
@settings(max_examples=60, deadline=None)
@given(st.dictionaries(IDS, TEXTS, min_size=1))
def test_any_text_comes_back(tmp_path_factory, name, texts):
    quoted = name == "txt.done.data"
    lines = [
        SHAPES[name].format(key, text.replace("\\", "\\\\").replace('"', '\\"') if quoted else text)
        for key, text in texts.items()
    ]
    table = read(tmp_path_factory.mktemp("list"), "\n".join(lines), name)
    assert dict(pairs(table)) == texts
