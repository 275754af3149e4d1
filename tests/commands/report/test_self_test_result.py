import json
from pathlib import Path

import numpy as np
import pytest

from voiceprep.commands.report.self_test_result import (
    CheckTrials,
    NewLimit,
    SelfTest,
    falls_short,
    score_row,
)
from voiceprep.quality.check import Check, Measurement
from voiceprep.quality.fault import Fault
from voiceprep.quality.score import score
from voiceprep.quality.trial import gather, read_each
from voiceprep.records import Outcome

HIGH = Check("high", "sound", Measurement, 10.0, "dB", "lower it")
DEAF = Check("deaf", "sound", lambda _: None, 1.0, "dB", "hear it", off="it hears nothing")


def raised(number, size, rng):
    return number + size


RAISED = Fault("raised", raised, (1.0, 5.5, 20.0), "dB", ("high",))
UNSEEN = Fault("unseen", raised, (1.0, 2.0, 3.0), "dB", ())


def trials(count, faults=(RAISED, UNSEEN), checks=(HIGH, DEAF)):
    """Numbers from 0 on: those above 10 are flagged, and of the others those raised above it."""
    numbers = {f"{number:02}": float(number) for number in range(count)}
    read = {id: read_each(id, number, checks, faults, 0) for id, number in numbers.items()}
    return CheckTrials(checks, faults, gather(read, checks, faults, 0))


def self_test(count=12, share=0.2, limits=(), troubles=()):
    made = trials(count)
    path = Path("report/limits.toml") if limits else None
    return SelfTest((made,), count, count, count, 2.0 * count, share, limits, path, troubles)


def test_a_check_that_could_measure_nothing_has_no_row():
    made = trials(12)
    assert made.measured() == [HIGH]
    assert [[one.size for one in row] for row in made.rows()] == [[1.0, 5.5, 20.0]]
    ((check, alarms, ids),) = made.alarms()
    assert (check, alarms.count, alarms.total, ids) == (HIGH, 1, 12, ("11",))


def test_a_score_is_a_record_of_its_recall_and_its_precision():
    (row,) = trials(12).rows()
    record = score_row(row[1])
    # Of 0 to 10, those above 4.5 are found: 6 of 11. One of twelve clean ones is flagged.
    assert (record["recall"], record["recall_of"]) == (round(6 / 11, 6), 11)
    assert record["precision"] == pytest.approx(6 / 11 / (6 / 11 + 1 / 12), abs=1e-6)
    assert record["recall_bounds"][0] < 6 / 11 < record["recall_bounds"][1]
    assert (record["fault"], record["size"], record["off"]) == ("raised", 5.5, False)
    assert falls_short(row)
    assert not falls_short([row[0], row[2], row[2]])


def test_the_lines_have_a_row_for_each_check_and_fault_and_the_flagged_clips():
    lines = self_test().lines()
    assert lines[0] == "faults were injected into 12 of 12 clips, 24.0 s, and into the texts of 12"
    (row,) = (line for line in lines if line.startswith("* high "))
    assert row.split()[2:4] == ["raised", "0.09"]
    (alarms,) = (line for line in lines if line.startswith("  high "))
    assert alarms.split()[:4] == ["high", "1", "of", "12"] and alarms.endswith(" 11")
    assert "no check looks for unseen" in lines
    assert max(map(len, lines)) <= 100


def test_few_clips_make_uncertain_estimates():
    assert self_test(9).lines()[1] == "fewer than 10 clips: the estimates are uncertain"
    assert "uncertain" not in self_test(10).lines()[1]


def test_why_a_check_is_off_is_shown_where_asked():
    assert not any("it hears nothing" in line for line in self_test().lines())
    assert self_test().lines(True)[-1] == "deaf is off by default: it hears nothing"


def test_too_few_clips_for_a_rate_of_false_alarms_are_told():
    assert "2 % of false alarms needs at least 49 clips" in self_test(share=0.02).lines()[-1]
    assert "no check needs another" in self_test().lines()[-1]


def test_new_limits_are_shown_beside_the_old_ones():
    made = trials(12)
    lower = Check("high", "sound", Measurement, 5.0, "dB", "lower it")
    before, after = (
        tuple(score(check, RAISED, size, made.result) for size in RAISED.sizes)
        for check in (HIGH, lower)
    )
    result = self_test(limits=(NewLimit(HIGH, 5.0, before, after),))
    *_, row, last = result.lines()
    assert row.split()[:3] == ["high", "5", "10"]
    assert row.endswith("raised 1.00 (0.55)")
    assert "report/limits.toml" in last
    assert {"check": "high", "limit": 5.0, "was": 10.0} in list(result.rows())


def test_clips_that_cannot_be_read_are_the_last_lines_and_the_exit_code():
    result = self_test(troubles=(Outcome("99", "failed", "cannot be decoded"),))
    assert (result.exit_code, self_test().exit_code) == (3, 0)
    assert result.lines()[-2:] == ["failed", "  99  cannot be decoded"]


def test_the_records_end_with_a_summary_and_are_json():
    rows = list(self_test().rows())
    assert [row["check"] for row in rows[:-1]] == ["high"] * 4
    assert rows[3]["accused"] == ["11"]
    summary = rows[-1]["summary"]
    assert summary["clips"] == {"in": 12, "sounds": 12, "texts": 12, "troubles": 0}
    assert (summary["seconds"], summary["limits"]) == (24.0, None)
    assert np.isfinite(rows[0]["precision"])
    json.dumps(rows, allow_nan=False)


def test_a_test_of_no_clips_has_no_rows():
    nothing = SelfTest((trials(0),), 0, 0, 0, 0.0, 0.2, (), None)
    assert [row for row in nothing.rows() if "fault" in row] == []
    assert nothing.exit_code == 0
    assert any("0 clips" in line for line in nothing.lines())
