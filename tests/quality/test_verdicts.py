from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voiceprep.errors import SourceError, TableError
from voiceprep.quality.verdicts import (
    CHECK_KINDS,
    Dismissal,
    Verdict,
    VerdictConfig,
    Verdicts,
    absent_note,
    find_verdicts,
    read_verdicts,
    write_verdicts,
)

REJECT = Verdict("1f", "LJ001-0002", "reject", why="a truck goes by")
TEXT = Verdict("2e", "größe/ß", "text", "Über den Fluß.")
KEEP = Verdict("1f", "LJ001-0002", "keep")
HUM = Dismissal("hum_db", "her voice")


def test_verdicts_come_back_as_they_were_written(tmp_path):
    path = tmp_path / "verdicts.jsonl"
    write_verdicts(path, [REJECT, TEXT])
    assert read_verdicts(path).clips == {"1f": REJECT, "2e": TEXT}
    first, second = path.read_text(encoding="utf-8").splitlines()
    assert '"text"' not in first
    assert "größe/ß" in second


def test_the_last_verdict_on_a_recording_holds(tmp_path):
    path = tmp_path / "verdicts.jsonl"
    write_verdicts(path, [REJECT, TEXT, KEEP])
    assert read_verdicts(path).clips["1f"] == KEEP


def test_what_a_page_leaves_empty_is_empty(tmp_path):
    path = tmp_path / "verdicts.jsonl"
    line = '{"content": "1f", "id": "a", "verdict": "reject", "text": null, "why": ""}\n\n'
    path.write_text(line)
    assert read_verdicts(path).clips == {"1f": Verdict("1f", "a", "reject")}


def test_a_check_is_dismissed_for_the_whole_dataset(tmp_path):
    path = tmp_path / "verdicts.jsonl"
    write_verdicts(path, [REJECT, HUM])
    row = '{"check": "hum_db", "why": "her voice", "verdict": "dismiss"}'
    assert path.read_text().splitlines()[1] == row
    assert read_verdicts(path) == Verdicts(path, {"1f": REJECT}, {"hum_db": HUM})
    assert read_verdicts(path).rows[1] == {
        "check": "hum_db", "why": "her voice", "verdict": "dismiss"
    }  # fmt: skip


def test_the_last_line_on_a_check_holds(tmp_path):
    path = tmp_path / "verdicts.jsonl"
    dismiss, restore = (f'{{"verdict": "{kind}", "check": "clicks"}}\n' for kind in CHECK_KINDS)
    path.write_text(dismiss + restore)
    assert not read_verdicts(path).dismissals
    path.write_text(restore + dismiss + dismiss)
    assert list(read_verdicts(path).dismissals) == ["clicks"]
    # A check that this version does not have is no error: another version may have it.
    path.write_text(dismiss.replace("clicks", "crackle"))
    assert list(read_verdicts(path).dismissals) == ["crackle"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("reject", "not JSON"),
        ('["1f"]', "JSON object"),
        ('{"id": "a", "verdict": "keep"}', "no content"),
        ('{"content": "1f", "verdict": "drop"}', "must be one of reject, keep, text, dismiss"),
        ('{"verdict": "dismiss", "why": "x"}', "no check"),
        ('{"verdict": "restore", "check": ""}', "no check"),
        ('{"verdict": "dismiss", "check": "clicks", "content": "1f"}', "the whole dataset"),
        ('{"content": "1f", "verdict": "reject", "check": "clicks"}', "about one clip"),
        ('{"content": "1f", "verdict": "text", "text": " "}', "without a text"),
        ('{"content": "1f", "verdict": "keep", "reason": "x"}', "there is no key 'reason'"),
        ('{"content": "1f", "verdict": "keep", "why": 3}', "why = 3: must be a text"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, why):
    path = tmp_path / "verdicts.jsonl"
    write_verdicts(path, [REJECT])
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(TableError, match="line 2: ") as raised:
        read_verdicts(path)
    assert why in str(raised.value)


def test_those_of_the_dataset_are_found_and_others_where_they_are_named(tmp_path):
    assert find_verdicts(tmp_path, VerdictConfig()) == Verdicts(tmp_path / "verdicts.jsonl")
    write_verdicts(tmp_path / "verdicts.jsonl", [REJECT])
    write_verdicts(tmp_path / "mine.jsonl", [TEXT])
    assert find_verdicts(tmp_path, VerdictConfig()).clips == {"1f": REJECT}
    mine = str(tmp_path / "mine.jsonl")
    assert find_verdicts(tmp_path, VerdictConfig(mine)) == Verdicts(Path(mine), {"2e": TEXT})
    with pytest.raises(SourceError, match="there is no such file of verdicts") as caught:
        find_verdicts(tmp_path, VerdictConfig("other.jsonl"))
    assert caught.value.path == Path("other.jsonl")


def test_verdicts_on_what_is_not_here_are_told(tmp_path):
    clips = {"1f": REJECT, "2e": TEXT}
    verdicts = Verdicts(tmp_path / "verdicts.jsonl", clips, {"hum_db": HUM})
    assert absent_note(verdicts, {"1f", "2e", "3d"}) == []
    (told,) = absent_note(verdicts, {"2e"})
    assert told == "verdicts.jsonl: 1 verdict is on a recording that is not here: LJ001-0002"


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
MADE = st.builds(
    Verdict,
    content=st.text("0123456789abcdef", min_size=1, max_size=4),
    id=WORDS,
    verdict=st.sampled_from(["reject", "keep"]),
    why=WORDS,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(MADE))
def test_whatever_is_written_is_read(tmp_path, verdicts):
    write_verdicts(tmp_path / "verdicts.jsonl", verdicts)
    last = {verdict.content: verdict for verdict in verdicts}
    assert read_verdicts(tmp_path / "verdicts.jsonl").clips == last
