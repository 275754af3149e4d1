import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiceprep.quality.check import Check, Measurement, judge_measurement
from voiceprep.quality.fix_plan import HIGHEST, Point, draw_plan, severities


def check(name, limit, fix="", weight="warn", worse="above"):
    return Check(name, "sound", abs, limit, "units", "Look.", worse, weight=weight, fix=fix)


CHECKS = {
    row.name: row
    for row in (
        check("tail", 0.4, "trim"),
        check("hum", 8.0, "dehum"),
        check("lead", 0.4, "trim"),
        check("cut", -18.0, weight="error"),
        check("drop", 0.0, weight="error"),
        check("reverb", 0.35),
        check("snr", 28.0, worse="below"),
    )
}


def found(**values):
    """All findings, from values of every check by id."""
    findings = {}
    for name, own in values.items():
        for id, value in own.items():
            finding = judge_measurement(CHECKS[name], id, Measurement(value, f"{value} units"))
            findings.setdefault(id, []).append(finding)
    return findings


def plan_of(findings, minutes=0.0, seconds=10.0, **more):
    ids = sorted(findings)
    contents = {id: f"hash-{id}" for id in ids}
    return draw_plan(findings, CHECKS, dict.fromkeys(ids, seconds), contents, minutes, **more)


def test_what_has_a_step_is_mended_once_for_all_that_it_mends():
    plan = plan_of(
        found(tail={"a": 1.2, "b": 0.2}, lead={"a": 0.5, "b": 0.1}, hum={"a": 1, "b": 9})
    )
    assert [(row.id, row.step) for row in plan.mends] == [("a", "trim"), ("b", "dehum")]
    assert plan.mends[0].why == "tail: 1.2 units; lead: 0.5 units"
    assert plan.mends[0].content == "hash-a"
    assert plan.rejects == plan.listens == ()


def test_errors_without_a_step_are_left_out_and_warnings_are_listened_to():
    plan = plan_of(found(cut={"a": -5.0, "b": -40.0}, reverb={"a": 0.1, "b": 0.9}))
    assert [row.id for row in plan.rejects] == ["a"]
    assert [row.id for row in plan.listens] == ["b"]
    assert plan.curve == (Point(20.0, plan.rejects[0].severity), Point(10.0, 0.0, "a"))
    assert plan.kept_seconds == 10.0


def test_the_worst_goes_first_and_the_budget_ends_it():
    cuts = {"a": -17.0, "b": -9.0, "c": -13.0, "d": -50.0}
    assert [row.id for row in plan_of(found(cut=cuts)).rejects] == ["b", "c", "a"]
    plan = plan_of(found(cut=cuts), minutes=20 / 60)
    assert [row.id for row in plan.rejects] == ["b", "c"]
    assert [row.id for row in plan.listens] == ["a"]
    assert [point.seconds for point in plan.curve] == [40.0, 30.0, 20.0, 10.0]
    worst = [point.worst for point in plan.curve]
    assert worst == sorted(worst, reverse=True)
    assert worst[-1] == 0


def test_the_cost_knows_what_is_out_already():
    def cost(id, out):
        return f"{id} after {len(out)}"

    plan = plan_of(found(cut={"a": -9.0, "b": -10.0, "c": -50.0}), cost=cost)
    assert [row.cost for row in plan.rejects] == [
        "a after 0; 10.0 s of 30.0 s",
        "b after 1; 10.0 s of 30.0 s",
    ]


def test_severity_is_in_spreads_of_the_voice_and_alike_for_every_unit():
    values = {f"{number}": 20.0 + number for number in range(10)}
    first = severities(found(hum=values | {"x": 30.0}), CHECKS)
    # Of 20 to 30 the median is 25 and the deviations from it have the median 3.
    assert first["x", "hum"] == pytest.approx(22 / (1.4826 * 3), abs=0.01)
    tens = {name: 10 * value for name, value in values.items()}
    wider = {"hum": check("hum", 80.0, "dehum")}
    assert severities(found(hum=tens | {"x": 300.0}), wider)["x", "hum"] == first["x", "hum"]


def test_clips_that_are_all_alike_make_no_mountain_and_nothing_is_over_the_highest():
    alike = {f"{number}": 2.0 for number in range(9)}
    assert severities(found(hum=alike | {"x": 8.4}), CHECKS)["x", "hum"] == 0.5
    assert severities(found(drop=dict.fromkeys("ab", 0.0) | {"x": 2.0}), CHECKS)["x", "drop"] == 2
    assert severities(found(hum={"x": math.inf, "y": 1.0}), CHECKS)["x", "hum"] == HIGHEST
    assert severities(found(snr={"x": 20.0, "y": 40.0}), CHECKS)["y", "snr"] == 0


def test_nothing_found_is_nothing_to_do():
    assert plan_of({"a": []}).curve == (Point(10.0, 0.0),)
    assert plan_of({}).kept_seconds == 0


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.text(max_size=3), st.tuples(st.floats(-60, 0), st.floats(0.1, 30)), max_size=12
    ),
    st.floats(0, 3),
)
def test_what_is_kept_and_what_is_left_out_is_all(clips, minutes):
    findings = found(cut={id: value for id, (value, _) in clips.items()})
    seconds = {id: length for id, (_, length) in clips.items()}
    plan = draw_plan(findings, CHECKS, seconds, dict.fromkeys(seconds, "x"), minutes)
    out = sum(row.seconds for row in plan.rejects)
    assert plan.kept_seconds + out == pytest.approx(sum(seconds.values()), abs=1e-5)
    assert not plan.rejects or plan.kept_seconds >= 60 * minutes - 1e-5
    wrong = {id for id, (value, _) in clips.items() if value > -18}
    assert {row.id for row in (*plan.rejects, *plan.listens)} == wrong
