from dataclasses import replace

import pytest

from voiceprep.quality.check import Check, Measurement, judge_measurement
from voiceprep.quality.properties import find_property

NOISE = Check(
    "noise_db", "sound", None, -50.0, "dBFS", "denoise it", shared="the voice learns the noise"
)


def shared(values, check=NOISE):
    """The values of the clips that share a property."""
    findings = {
        str(place): judge_measurement(check, str(place), Measurement(value))
        for place, value in enumerate(values)
    }
    found = find_property(check, findings)
    return sorted(findings[id].value for id in found.ids) if found else []


@pytest.mark.parametrize("count", [4, 5, 8, 40, 400])
def test_what_nearly_all_clips_have_is_of_the_voice(count):
    assert shared([-40.0] * count) == [-40.0] * count
    assert len(shared([-40.0] * (count - 1) + [-70.0])) == (count - 1 if count > 4 else 0)


@pytest.mark.parametrize(
    "values", [[-40.0], [-40.0, -40.0], [-40.0, -40.0, -70.0, -70.0, -70.0], [-70.0] * 40]
)
def test_what_few_clips_have_is_their_own_fault(values):
    assert not shared(values)


def test_a_clip_that_stands_out_from_its_voice_does_not_share_it():
    assert shared([*[-40.0, -41.0, -42.0] * 5, -15.0]) == sorted([-40.0, -41.0, -42.0] * 5)


def test_clips_of_another_session_stand_out_where_they_are_the_minority():
    assert not shared([*[-70.0, -71.0, -72.0] * 20, *[-40.0, -41.0, -42.0] * 10])


def test_a_voice_whose_values_straddle_the_limit_shares_what_lies_beyond_it():
    spread = [-60.0 + 0.5 * step for step in range(30)]
    assert shared(spread) == [value for value in spread if value > -50.0]


def test_what_is_worse_below_is_compared_downwards():
    low = replace(NOISE, worse="below")
    assert shared([*[-60.0, -61.0] * 10, -90.0], low) == sorted([-60.0, -61.0] * 10)


def test_without_a_meaning_for_training_every_finding_is_a_fault():
    assert not shared([-40.0] * 40, replace(NOISE, shared=""))


def test_a_count_of_what_most_clips_have_grows_with_the_text_and_stands_out_in_none():
    rewrites = replace(NOISE, limit=0.0, unit="rewrites")
    assert shared([1.0] * 30 + [2.0, 40.0, 0.0], rewrites) == [1.0] * 30 + [2.0, 40.0]
    assert not shared([0.0] * 30 + [2.0], rewrites)


def test_the_typical_clip_is_the_median_one():
    findings = {
        str(level): judge_measurement(NOISE, str(level), Measurement(level, f"{level} dBFS"))
        for level in (-45.0, -40.0, -42.0, -44.0, -41.0)
    }
    found = find_property(NOISE, findings, "anna")
    assert (found.typical.value, found.clips, found.speaker) == (-42.0, 5, "anna")
