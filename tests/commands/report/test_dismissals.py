from pathlib import Path

import pytest

from tests.commands.report.made import CHECKS, judged, made_report
from voiceprep.commands.report.dismissals import dismissal_notes, without_dismissed
from voiceprep.quality.verdicts import Dismissal, Verdicts

TAILS = (0.1, 0.6, 0.9)
ROOM = Dismissal("tail_seconds", "the room rings")


def found(rows):
    return {fault.check for fault in made_report(rows).faults()}


def notes(*dismissals, clips=(), checks=CHECKS):
    by_name = {dismissal.check: dismissal for dismissal in dismissals}
    verdicts = Verdicts(Path("set/verdicts.jsonl"), {}, by_name)
    return list(dismissal_notes(clips or judged(TAILS), checks, verdicts))


def test_what_a_dismissed_check_finds_is_no_fault_and_its_values_stay():
    rows = [judged(TAILS, warning="cut off")[0], *judged(TAILS)[1:]]
    assert found(rows) >= {"tail_seconds", "file"}
    settled = without_dismissed(rows, {"tail_seconds": ROOM})
    assert found(settled) == found(rows) - {"tail_seconds"}
    assert [row.findings["tail_seconds"].value for row in settled] == list(TAILS)
    settled = without_dismissed(rows, {name: Dismissal(name) for name in found(rows)})
    assert made_report(settled, fail_on="warn").exit_code == 0
    assert not made_report(settled).faults()


def test_a_dismissal_is_told_with_its_clips_and_the_reason():
    assert notes(ROOM) == [
        "dismissed for the whole set by verdicts.jsonl: tail_seconds (2 clips): the room rings"
    ]
    assert notes(Dismissal("clicks"))[0].endswith("clicks (0 clips)")
    assert len(notes(Dismissal("clicks", "a long story " * 1000))[0]) < 300


def test_a_check_that_did_not_run_is_not_told_and_an_unknown_one_is():
    assert notes(ROOM, checks=()) == []
    (note,) = notes(Dismissal("tail_second"))
    assert "'tail_second'" in note and "'tail_seconds'" in note


@pytest.mark.parametrize("dismissals", [{}, {"clicks": Dismissal("clicks")}])
def test_the_findings_of_other_checks_stay(dismissals):
    assert without_dismissed(judged(TAILS), dismissals) == judged(TAILS)
