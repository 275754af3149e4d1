import json
from dataclasses import replace

import pytest

from tests.commands.report.made import judged, made_report
from voiceprep.commands.report.findings import FILE
from voiceprep.commands.report.result import ShowConfig
from voiceprep.errors import SettingError
from voiceprep.quality.fix_plan import FixPlan, PlanRow, Point
from voiceprep.records import Outcome

BROKEN = Outcome("d", "failed", "cannot be decoded")
QUIET = (0.1, 0.2, 0.3)


def test_the_verdict_counts_clips_and_texts_and_names_those_with_findings():
    assert made_report(judged(QUIET)).verdict() == [
        "3 clips, 6.0 s, 3 with a text",
        "3 clips are fine",
    ]
    assert made_report(judged(), [BROKEN]).verdict() == [
        "4 clips, 6.0 s, 3 with a text",
        "1 clip should go: d",
        "1 clip needs a hand: c",
        "2 clips are fine",
    ]
    assert made_report([], [BROKEN]).verdict()[-1] == "no clip is fine"


def test_what_all_clips_have_alike_is_said_once_and_is_a_fault_of_none():
    report = made_report(judged((0.8, 0.85, 0.9), seconds=4.0))
    assert not report.faults()
    assert report.verdict()[1:] == [
        "3 clips are fine, but for what is true of the voice",
        "true of the voice: tail_seconds (3 clips)",
    ]
    lines = report.lines(False)
    place = lines.index("what many clips of a voice have alike")
    assert lines[place + 1].split() == ["tail_seconds", "3", "of", "3", "clips"]
    assert lines[place + 2].strip().startswith("0.85 s too quiet")
    assert lines[place + 3].strip() == "learn to wait"
    summary = list(report.rows())[-1]["summary"]
    assert [row["check"] for row in summary["properties"]] == ["tail_seconds"]


def test_what_cannot_be_told_is_counted_with_the_commonest_reason():
    rows = [replace(row, undecided={"snr_db": "nothing is still"}) for row in judged(QUIET)]
    report = made_report(rows)
    assert report.verdict()[1] == "3 clips are fine"
    lines = report.lines(False)
    place = next(n for n, line in enumerate(lines) if line.startswith("undecided"))
    assert lines[place + 1].split(maxsplit=2) == ["snr_db", "3", "nothing is still"]
    assert list(report.rows())[-1]["summary"]["undecided"] == {"snr_db": 3}


def test_reasons_that_differ_in_their_numbers_are_one_reason():
    reasons = ("a word is soft", "0.2 s of vowels", "0.35 s of vowels")
    rows = [
        replace(row, undecided={"snr_db": reason})
        for row, reason in zip(judged(QUIET), reasons, strict=True)
    ]
    (line,) = [line for line in made_report(rows).lines(False) if "of vowels" in line]
    assert line.split(maxsplit=2) == ["snr_db", "3", "0.2 s of vowels"]


def test_a_property_of_many_speakers_is_told_once():
    texts = {f"{n:02}": "The harbour was quiet." for n in range(40)}
    rows = judged([0.8] * 40, texts, seconds=4.0)
    of = ["new\nline", "ünï", "c", "d", "e"]
    rows = [
        replace(row, clip=replace(row.clip, speaker=of[place % 5]))
        for place, row in enumerate(rows)
    ]
    report = made_report(rows)
    assert len(report.properties) == 2 * 5
    lines = report.lines(False)
    (line,) = [line for line in lines if line.startswith("  tail_seconds") and " of " in line]
    assert line.split(maxsplit=1)[1] == "40 of 40 clips of c, d, e, new\\nline, …"
    assert sum("learn to wait" in line for line in lines) == 1
    assert report.verdict()[-1].startswith("true of the voices: tail_seconds (40 clips)")


@pytest.mark.parametrize(
    ("troubles", "fail_on", "code"),
    [
        ((), "never", 0),
        ((), "warn", 1),
        ((), "error", 0),
        ((BROKEN,), "never", 3),
        ((BROKEN,), "error", 1),
    ],
)
def test_the_exit_code_depends_on_the_weight_that_fails(troubles, fail_on, code):
    assert made_report(judged(), troubles, fail_on=fail_on).exit_code == code


def test_a_file_that_was_read_with_a_warning_weighs_less_than_one_that_was_not():
    first, *rest = judged(QUIET)
    warned = judged(QUIET, warning="its end is missing")[0]
    report = made_report([warned, *rest], [BROKEN])
    weights = {one.id: report.weight(one) for one in report.faults() if one.check == FILE}
    assert first.clip == warned.clip
    assert weights == {"a": "warn", "d": "error"}


def test_what_reading_finds_in_all_files_is_said_once():
    report = made_report(judged(QUIET, warning="3 samples lost"), [BROKEN])
    assert [one.id for one in report.faults()] == ["d"]
    assert report.verdict()[1:] == [
        "1 clip should go: d",
        "3 clips are fine, but for what is true of the voice",
        "true of the voice: file (3 clips)",
    ]
    assert any("3 samples lost" in line for line in report.lines(False))


def test_a_finding_has_its_row_its_evidence_and_its_advice():
    lines = made_report(judged()).lines(False)
    place = next(n for n, line in enumerate(lines) if "tail_seconds" in line)
    assert lines[place].split() == ["warn", "tail_seconds", "1", "2.0", "c"]
    assert lines[place + 1].strip().startswith("0.9 s too quiet")
    assert "voiceprep trim" in lines[place + 2]
    assert not any(line.startswith("c  2.00 s") for line in lines)
    assert any(line.startswith("c  2.00 s") for line in made_report(judged()).lines(True))


def test_a_name_with_a_line_end_stays_on_its_line():
    trouble = Outcome("two\nlines", "failed", "cannot be decoded")
    lines = made_report([], [trouble]).lines(False)
    assert any("two\\nlines: cannot be decoded" in line for line in lines)
    assert not any("\n" in line for line in lines)


def test_the_plan_has_its_actions_and_what_they_cost():
    plan = FixPlan(
        (PlanRow("1", "a", "trim"), PlanRow("2", "b", "trim"), PlanRow("1", "a", "level")),
        (PlanRow("3", "c", "", "cut off", 2.0, cost="nothing else has zh"),),
        (PlanRow("2", "b"),),
        (Point(6.0, 3.0), Point(4.0, 0.0, "c")),
    )
    assert not any("fix plan" in line for line in made_report(judged()).lines(False))
    lines = made_report(judged(), plan=plan).lines(False)
    place = lines.index("fix plan, keeps 4.0 s: --fix-plan plan.toml writes it")
    assert [line.split(maxsplit=1) for line in lines[place + 1 : place + 3]] == [
        ["fix", "trim (2 clips), level (1 clip)"],
        ["leave", "out  1 clip, 2.0 s"],
    ]
    assert lines[place + 3].split() == ["listen", "to", "b"]
    assert lines[place + 4].strip() == "c: nothing else has zh"
    written = made_report(judged(), plan=plan, fix_plan="mine.toml").lines(False)
    assert any(line.endswith("written to mine.toml") for line in written)


def test_the_records_are_the_clips_the_findings_the_troubles_and_a_summary():
    rows = list(made_report(judged(), [BROKEN], notes=["a note"]).rows())
    assert [row.get("id") for row in rows] == ["a", "b", "c", "c", "d", "d", None]
    assert rows[2]["faults"] == ["tail_seconds"]
    assert rows[2]["values"]["tail_seconds"] == 0.9
    assert (rows[3]["check"], rows[3]["weight"]) == ("tail_seconds", "warn")
    summary = rows[-1]["summary"]
    assert summary["clips"] == {"measured": 3, "troubles": 1}
    assert summary["faults"] == {"tail_seconds": 1, FILE: 1}
    assert summary["whole"]["texts"]["sentences"] == 3
    assert summary["notes"] == ["a note"]
    json.dumps(rows, allow_nan=False)


@pytest.mark.parametrize("minutes", [-1.0, float("nan"), float("inf")])
def test_impossible_minutes_are_refused(minutes):
    with pytest.raises(SettingError) as caught:
        ShowConfig(minutes=minutes)
    assert caught.value.key == "minutes"
