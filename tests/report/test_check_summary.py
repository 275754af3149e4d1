from voiceprep.report.check_summary import REASONS, CheckSummary


def test_the_worst_is_the_one_farthest_from_the_limit():
    for limit, values, worst in ((20.0, (15.0, 3.0, 19.0), "b"), (None, (1.0, 0.0, 2.0), "c")):
        summary = CheckSummary("snr_db", limit)
        for id, value in zip("abc", values, strict=True):
            summary.add_finding(id, 2.0, value, f"{value} dB")
        record = summary.record()
        assert (record["clips"], record["seconds"], record["worst"]) == (3, 6.0, worst)
        assert record["evidence"] == f"{dict(zip('abc', values, strict=True))[worst]} dB"


def test_a_fault_without_a_value_has_its_first_clip_as_the_worst():
    summary = CheckSummary("file")
    for id in "ab":
        summary.add_finding(id, 1.0, 0.0, "the right channel is silent")
    assert summary.record()["worst"] == "a"


def test_reasons_are_counted_the_commonest_first():
    summary = CheckSummary("clicks")
    reasons = ["it is a beep", "it lasts 0.2 s", "it lasts 0.31 s", *("one", "two", "three")]
    for reason in reasons:
        summary.undecided.append(reason)
    record = summary.record()
    assert (record["clips"], record["undecided"]) == (0, len(reasons))
    assert record["reasons"][0] == ["it lasts 0.2 s", 2] and len(record["reasons"]) == REASONS
