"""The tables of what the report says of sets of clips."""

from collections import Counter

from voices_report import SetReport, check_table, finding_table, reason_table, set_table


def make_set(name, clips, measured, flagged, reasons=None, properties=None):
    reasons = Counter(reasons)
    undecided = Counter()
    for (check, _), count in reasons.items():
        undecided[check] += count
    counters = Counter(measured), Counter(flagged), undecided, reasons
    long = clips // 2, Counter(dict.fromkeys(undecided, 1)), Counter(properties)
    return SetReport(name, clips, 60.0, 0.5, *counters, *long, 1, (), (), ())


def test_shares_are_of_all_clips_and_undecided_ones_are_told_apart():
    short = {("hum_db", "it is short"): 5}
    sets = [
        make_set("a", 10, {"hum_db": 4, "clicks": 10}, {"hum_db": 1}, short),
        make_set("b", 10, {"hum_db": 4, "clicks": 10}, {"hum_db": 3}),
    ]
    assert check_table(sets)[2:] == [
        "| hum_db | 4 | 20.0 % | 5 | 25.0 % | 1 of 10 | 7 | b 3 of 10, a 1 of 10 |",
        "| clicks | 0 | 0.0 % | 0 | 0.0 % | 0 of 10 | 0 |  |",
    ]
    assert finding_table(sets)[2:] == [
        "| a | hum_db | 1 | 10 | 10.0 % |",
        "| b | hum_db | 3 | 10 | 30.0 % |",
    ]


def test_what_is_found_on_reading_is_a_share_of_all_clips():
    (row,) = check_table([make_set("a", 8, {}, {"file": 2})])[2:]
    assert row == "| file | 2 | 25.0 % | 0 | 0.0 % | 0 of 4 | 0 | a 2 of 8 |"


def test_reasons_that_differ_by_a_number_alone_are_one():
    sets = [
        make_set("a", 9, {}, {}, {("snr_db", "has 0.1 s of pauses"): 2, ("clicks", "is short"): 1}),
        make_set("b", 9, {}, {}, {("snr_db", "has 0.2 s of pauses"): 1, ("snr_db", "is shut"): 4}),
    ]
    assert reason_table(sets)[2:] == [
        "| clicks | is short | 1 | 1 |",
        "| snr_db | is shut | 4 | 1 |",
        "| snr_db | has 0.1 s of pauses | 3 | 2 |",
    ]


def test_a_set_has_its_share_of_flagged_clips_and_what_they_have_alike():
    (row,) = set_table([make_set("a", 8, {}, {}, properties={"hum_db": 5, "snr_db": 7})])[2:]
    assert row == "| a | 8 | 1.0 | 1 | 12.5 % | snr_db 7, hum_db 5 | 120 |"
