"""The table of one part by check, and the record of who looked at the held one."""

import json
import re

from voices_judge import alarm_table, record_look
from voices_plant import FOUND, MISSED, Planted

from .test_voices_report import make_set


def test_a_check_has_its_alarms_beside_its_recalls():
    sets = [make_set("a", 50, {"clicks": 40, "snr_db": 50}, {"clicks": 1}, {("clicks", "is"): 10})]
    rows = [
        Planted("a", str(n), 2.0, "clicks", "click", -3.0, 0.0, 1.0, outcome)
        for n, outcome in enumerate((FOUND, FOUND, MISSED))
    ]
    assert alarm_table(sets, rows)[2:] == [
        "| `clicks` | 1 | 2.0 % | 10 | 20.0 % | 1 of 25 | click 0.67 (0.21 to 0.94) |",
        "| `snr_db` | 0 | 0.0 % | 0 | 0.0 % | 0 of 25 |  |",
        "| any | 1 | 2.0 % | | | | |",
    ]


def test_each_look_is_recorded_and_told_at_the_next_one(tmp_path):
    assert record_look(tmp_path, "judge") == []
    (note,) = record_look(tmp_path, "look")
    assert re.fullmatch(
        r"note: held was looked at on \S+ at \w+(-dirty)? already, by --judge", note
    )
    assert len(record_look(tmp_path, "look")) == 2
    rows = [json.loads(line) for line in (tmp_path / "judged.jsonl").read_text().splitlines()]
    assert [row["action"] for row in rows] == ["judge", "look", "look"]
