"""The tables of what the report says of sets of clips."""

from collections import Counter

from voices_looks import sample
from voices_report import SetReport, check_table, finding_table


def make_set(name, clips, measured, flagged):
    return SetReport(name, clips, 1.0, 0.1, Counter(measured), Counter(flagged), 1, (), (), ())


def test_shares_are_of_the_clips_in_which_a_check_measured_something():
    sets = [
        make_set("a", 10, {"hum_db": 4, "clicks": 10}, {"hum_db": 1}),
        make_set("b", 10, {"hum_db": 4, "clicks": 10}, {"hum_db": 3}),
    ]
    rows = check_table(sets)[2:]
    assert rows == [
        "| hum_db | 4 | 8 | 50.0 % | 12 | b 3 of 4, a 1 of 4 |",
        "| clicks | 0 | 20 | 0.0 % | 0 |  |",
    ]
    assert finding_table(sets)[2:] == [
        "| a | hum_db | 1 | 4 | 25.0 % |",
        "| b | hum_db | 3 | 4 | 75.0 % |",
    ]


def test_what_is_found_on_reading_is_a_share_of_all_clips():
    (row,) = check_table([make_set("a", 8, {}, {"file": 2})])[2:]
    assert row == "| file | 2 | 8 | 25.0 % | 0 | a 2 of 8 |"


def test_a_sample_is_always_the_same_and_in_order():
    rows = [{"id": number} for number in range(200)]
    chosen = sample(rows, 25)
    assert chosen == sample(rows, 25) == sorted(chosen, key=lambda row: row["id"])
    assert len({row["id"] for row in chosen}) == 25
    assert sample(rows[:3], 25) == rows[:3]
