"""Which checks run, with which limits, and their findings."""

from collections import Counter

import numpy as np
import pytest

from voiceprep.clip import Clip
from voiceprep.commands.report.findings import (
    CHECKS,
    FILE,
    OTHER_SPEAKERS,
    ReportConfig,
    judge_clips,
    share_findings,
)
from voiceprep.commands.report.measure import SoundMeasurements
from voiceprep.errors import SettingError
from voiceprep.files import Stamp
from voiceprep.quality.check import Measurement
from voiceprep.text.frontends.nvidia import NvidiaFrontend


def sound(warning="", **values):
    by_check = {name: Measurement(value) for name, value in values.items()}
    return SoundMeasurements(Stamp(1, 1, "0"), 2.0, 22050, 1.8, warning, by_check, {})


def judge(clip, measured, config=ReportConfig()):
    (row,) = judge_clips([clip], {clip.id: measured}, config.chosen(), NvidiaFrontend(), None)
    return row


def test_checks_have_names_of_their_own():
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_a_clip_has_the_faults_that_are_beyond_their_limits():
    row = judge(Clip("a", "a.wav", "Nine words."), sound(tail_seconds=0.9, snr_db=50.0))
    assert [fault.check for fault in row.faults] == ["tail_seconds"]
    assert row.findings["snr_db"].ok


def test_limits_and_checks_are_the_users():
    config = ReportConfig(checks="wada_snr_db,-snr_db", limits="tail_seconds=1.5, pitch_hz=100")
    chosen = {check.name: check for check in config.chosen()}
    assert "wada_snr_db" in chosen and "snr_db" not in chosen
    assert chosen["tail_seconds"].limit == 1.5
    row = judge(Clip("a", "a.wav"), sound(tail_seconds=0.9, pitch_hz=220.0), config)
    assert [fault.check for fault in row.faults] == ["pitch_hz"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"checks": "tail_second"}, "no check 'tail_second'.*tail_seconds"),
        ({"limits": "tail_seconds"}, "must be CHECK=NUMBER"),
        ({"limits": "tail_seconds=nan"}, "must be CHECK=NUMBER"),
        ({"limits": "tails=1"}, "there is no check 'tails'"),
    ],
)
def test_an_unknown_check_is_an_error(settings, message):
    with pytest.raises(SettingError, match=message):
        ReportConfig(**settings)


def test_texts_are_judged_where_there_are_any():
    assert not judge(Clip("a", "a.wav"), sound()).faults
    without = judge(Clip("a", "a.wav", ""), sound())
    assert [fault.check for fault in without.faults] == ["letters"]
    fast = judge(Clip("a", "a.wav", "a" * 90), sound())
    assert "symbols_per_second" in [fault.check for fault in fast.faults]


def test_what_reading_a_file_told_is_among_the_faults():
    (fault,) = judge(Clip("a", "a.wav"), sound("its sides cancel out")).faults
    assert (fault.check, fault.advice) == (FILE, "its sides cancel out")


def test_what_is_not_a_number_is_not_told():
    row = judge(Clip("a", "a.wav"), sound(snr_db=np.inf, noise_floor_db=-np.inf))
    assert not row.findings


def test_every_speaker_is_a_voice_and_those_of_few_clips_are_one_together():
    """One speaker is noisy; so are those of one or two clips, who show nothing by themselves."""
    speakers = {"clean": 6, "noisy": 5, "one": 1, "two": 2}
    clips = [
        Clip(f"{name}{n}", f"{name}{n}.wav", speaker=name)
        for name, count in speakers.items()
        for n in range(count)
    ]
    sounds = {clip.id: sound(snr_db=50.0 if clip.speaker == "clean" else 15.0) for clip in clips}
    checks = ReportConfig().chosen()
    rows, properties = share_findings(
        judge_clips(clips, sounds, checks, NvidiaFrontend(), None), checks
    )
    assert {one.speaker: (len(one.ids), one.clips) for one in properties} == {
        "noisy": (5, 5), OTHER_SPEAKERS: (3, 3),
    }  # fmt: skip
    assert not any(row.faults for row in rows)
    # Alone they are clips that stand out.
    rows, properties = share_findings([row for row in rows if row.clip.speaker == "two"], checks)
    assert not properties
    assert Counter(fault.check for row in rows for fault in row.faults) == {"snr_db": 2}
