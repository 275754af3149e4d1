"""Which checks are made, with which limits, and what they say of clips."""

import numpy as np
import pytest

from voiceprep.check import Reading
from voiceprep.clip import Clip
from voiceprep.commands.examining import Heard
from voiceprep.commands.judging import CHECKS, FILE, ReportConfig, judge_clips
from voiceprep.disk import Stamp
from voiceprep.errors import SettingError


def heard(warning="", **values):
    readings = {name: Reading(value) for name, value in values.items()}
    return Heard(Stamp(1, 1, "0"), 2.0, 22050, 1.8, warning, readings, {})


def judged(clip, sound, config=ReportConfig()):  # noqa: B008 (frozen)
    (row,) = judge_clips([clip], {clip.id: sound}, config.chosen(), "english_cleaners", None)
    return row


def test_checks_have_names_of_their_own():
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_a_clip_has_the_faults_that_are_beyond_their_limits():
    row = judged(Clip("a", "a.wav", "Nine words."), heard(tail_seconds=0.9, snr_db=50.0))
    assert [fault.check for fault in row.faults] == ["tail_seconds"]
    assert row.findings["snr_db"].ok


def test_limits_and_checks_are_the_users():
    config = ReportConfig(checks="wada_snr_db,-snr_db", limits="tail_seconds=1.5, pitch_hz=100")
    chosen = {check.name: check for check in config.chosen()}
    assert "wada_snr_db" in chosen and "snr_db" not in chosen
    assert chosen["tail_seconds"].limit == 1.5
    row = judged(Clip("a", "a.wav"), heard(tail_seconds=0.9, pitch_hz=220.0), config)
    assert [fault.check for fault in row.faults] == ["pitch_hz"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"checks": "tail_second"}, "no check 'tail_second'.*tail_seconds"),
        ({"limits": "tail_seconds"}, "written CHECK=NUMBER"),
        ({"limits": "tail_seconds=nan"}, "written CHECK=NUMBER"),
        ({"limits": "tails=1"}, "there is no check 'tails'"),
    ],
)
def test_a_check_that_does_not_exist_is_told(settings, told):
    with pytest.raises(SettingError, match=told):
        ReportConfig(**settings)


def test_texts_are_judged_where_there_are_any():
    assert not judged(Clip("a", "a.wav"), heard()).faults
    without = judged(Clip("a", "a.wav", ""), heard())
    assert [fault.check for fault in without.faults] == ["letters"]
    fast = judged(Clip("a", "a.wav", "a" * 90), heard())
    assert "symbols_per_second" in [fault.check for fault in fast.faults]


def test_what_reading_a_file_told_is_among_the_faults():
    (fault,) = judged(Clip("a", "a.wav"), heard("its sides cancel out")).faults
    assert (fault.check, fault.advice) == (FILE, "its sides cancel out")


def test_what_is_not_a_number_is_not_told():
    row = judged(Clip("a", "a.wav"), heard(snr_db=np.inf, noise_floor_db=-np.inf))
    assert not row.findings
