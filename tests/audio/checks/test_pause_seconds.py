import numpy as np
import pytest

from voiceprep.audio.checks.pause_seconds import CHECK, read_pause
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, noise, placed, said


def test_the_longest_pause_is_told_with_its_place():
    parts = [(0.1, said(0.8)), (1.2, said(0.8)), (3.5, said(0.8))]
    finding = judge(CHECK, "a", AudioFeatures(Sound(placed(parts, 4.5), RATE)))
    assert not finding.ok
    assert finding.value == pytest.approx(1.5, abs=0.03)
    assert finding.spans[0] == pytest.approx((2.0, 3.5), abs=0.03)


def test_a_word_without_a_pause_has_none():
    assert read_pause(AudioFeatures(Sound(placed([(0.2, said())], 1.8), RATE))).value == 0


def test_of_silence_nothing_is_told():
    assert read_pause(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None


def test_where_the_end_of_speech_is_uncertain_nothing_is_decided():
    faint = np.concatenate([np.zeros(RATE, "f4"), said(1.0), said(0.6, 0.008)]) + noise(2.6, 1e-4)
    read = judge(CHECK, "a", AudioFeatures(Sound(faint, RATE)))
    assert isinstance(read, Undecided)
    assert "uncertain" in read.reason
