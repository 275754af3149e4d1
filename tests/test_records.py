import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceprep.errors import TableError
from voiceprep.records import read_lines, to_bytes, to_json, write_lines

VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)


@given(st.lists(st.dictionaries(st.text(), VALUES.filter(lambda v: v not in (1e999, -1e999)))))
def test_what_is_written_is_read(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("lines") / "rows.jsonl"
    rows = [row for row in rows if all(part.isprintable() for part in map(str, row))]
    write_lines(path, rows)
    assert [row for _, row in read_lines(path)] == rows


def test_names_of_any_bytes_come_back(tmp_path):
    name = os.fsdecode(b"\xff\xfe")
    write_lines(tmp_path / "rows.jsonl", [{"id": name}])
    assert next(read_lines(tmp_path / "rows.jsonl")) == (1, {"id": name})
    assert to_bytes({"id": name}) == b'{"id": "\xff\xfe"}\n'


def test_a_line_is_readable_and_never_nan():
    assert to_json({"text": "ünï"}) == '{"text": "ünï"}'
    with pytest.raises(ValueError, match="JSON"):
        to_json({"value": float("nan")})


@pytest.mark.parametrize(("line", "why"), [("{", "not JSON"), ("[]", "not a JSON object")])
def test_a_bad_line_is_named(tmp_path, line, why):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"a": 1}) + f"\n\n{line}\n")
    with pytest.raises(TableError, match=f"line 3: {why}"):
        list(read_lines(path))


@pytest.mark.parametrize(
    "value", ["NaN", "-Infinity", "1e400", "[1, [NaN]]", r'"\ud800"', r'{"a": "\uDC00\uD800"}']
)
def test_a_line_that_could_not_be_written_again_is_named(tmp_path, value):
    path = tmp_path / "rows.jsonl"
    path.write_text(f'{{"a": 1e300, "b": "NaN"}}\n{{"a": {value}}}\n')
    rows = read_lines(path)
    assert next(rows) == (1, {"a": 1e300, "b": "NaN"})
    with pytest.raises(TableError) as told:
        next(rows)
    assert (told.value.path, told.value.line) == (path, 2)
