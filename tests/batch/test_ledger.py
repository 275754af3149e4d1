import json

import pytest

from voiceprep.batch.ledger import Ledger, stamp_in
from voiceprep.errors import Interrupted
from voiceprep.records import Outcome


def lines(folder):
    return (folder / "outcomes.jsonl").read_text().splitlines()


def test_outcomes_are_appended_and_put_in_order_at_the_end(tmp_path):
    ledger = Ledger(tmp_path)
    for name in "cab":
        ledger.note(Outcome(name, "done"))
        assert f'"id": "{name}"' in lines(tmp_path)[-1]
    ledger.close(set())
    assert [line[8] for line in lines(tmp_path)] == ["a", "b", "c"]


def test_the_last_word_on_a_clip_counts(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.note(Outcome("a", "failed", "no reason"))
    ledger.note(Outcome("a", "done"))
    ledger.close(set())
    assert Ledger(tmp_path).outcomes == {"a": Outcome("a", "done")}


def test_what_is_gone_is_struck_out(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.note(Outcome("a", "done"))
    ledger.note(Outcome("b", "done"))
    ledger.close({"a"})
    assert list(Ledger(tmp_path).outcomes) == ["b"]


def test_a_killed_runs_lines_are_put_in_order_by_the_next_one(tmp_path):
    ledger = Ledger(tmp_path)
    for name in "baca":
        ledger.note(Outcome(name, "done"))
    next_one = Ledger(tmp_path)
    next_one.close(set())
    assert [line[8] for line in lines(tmp_path)] == ["a", "b", "c"]
    before = (tmp_path / "outcomes.jsonl").stat().st_ino
    Ledger(tmp_path).close(set())
    assert (tmp_path / "outcomes.jsonl").stat().st_ino == before


def test_a_run_with_nothing_to_tell_leaves_the_file_alone(tmp_path):
    Ledger(tmp_path).close(set())
    assert not (tmp_path / "outcomes.jsonl").exists()


@pytest.mark.parametrize(
    "cut",
    [
        b'{"id": "b", "sta',
        b"\0\0\0\0",
        b'{"colour": "red"}\n',
        b"[]\n",
        b"[" * 100_000,
        b'{"id": 5, "status": "done"}',
        b'{"id": ["b"], "status": "done"}',
        b'{"id": "b", "status": "done", "facts": []}',
        b'{"id": "b", "status": "done", "facts": {"output": "b.wav"}}',
        b'{"id": "b", "status": "done", "facts": {"source": {"path": "b\\u0000"}}}',
    ],
)
def test_a_line_cut_short_is_passed_over_and_the_next_one_stands_alone(tmp_path, cut):
    (tmp_path / "outcomes.jsonl").write_bytes(b'{"id": "a", "status": "done"}\n' + cut)
    ledger = Ledger(tmp_path)
    assert list(ledger.outcomes) == ["a"]
    ledger.note(Outcome("c", "done"))
    assert list(Ledger(tmp_path).outcomes) == ["a", "c"]


def test_nothing_is_noted_after_the_end(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.close(set())
    with pytest.raises(Interrupted):
        ledger.note(Outcome("a", "done"))


def test_a_stamp_is_there_or_not():
    stamp = {"path": "x", "size": 3, "mtime_ns": 5, "hash": "ab"}
    assert stamp_in(Outcome("a", "done", "", {"source": stamp}), "source").size == 3
    assert stamp_in(Outcome("a", "done", "", {"source": {"size": 3}}), "source") is None
    assert stamp_in(Outcome("a", "done"), "source") is None
    assert stamp_in(None, "source") is None


@pytest.mark.parametrize(
    "change",
    [
        {"id": 5},
        {"id": None},
        {"id": "\0"},
        {"facts": {"source": {"path": "a\0"}}},
        {"status": "finished"},
        {"why": []},
        {"facts": "many"},
        {"facts": {"seconds": "long"}},
        {"facts": {"kept_seconds": float("nan")}},
        {"facts": {"source": 5}},
        {"facts": {"source": {"path": None}}},
        {"facts": {"output": {"path": "a", "size": "1", "mtime_ns": 1, "hash": "0"}}},
        {"colour": "blue"},
    ],
)
def test_a_line_that_no_run_wrote_is_passed_over(tmp_path, change):
    row = {"id": "a", "status": "done", "why": "", "facts": {}}
    lines = [json.dumps(row | change), "[" * 100_000, json.dumps(row | {"id": "b"})]
    (tmp_path / "outcomes.jsonl").write_text("\n".join(lines))
    assert list(Ledger(tmp_path).outcomes) == ["b"]
