import numpy as np
import pytest

from voiceprep.audio.checks.lead_seconds import CHECK, read_lead
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, noise, placed, said


@pytest.mark.parametrize("lead", [0.1, 0.6])
def test_the_room_before_the_speech_is_read(lead):
    features = AudioFeatures(Sound(placed([(lead, said())], lead + 1.4), RATE))
    reading = read_lead(features)
    assert reading.value == pytest.approx(lead, abs=0.02)
    assert reading.spans == ((0.0, reading.value),)
    assert judge(CHECK, "a", features).ok == (lead < 0.4)


def test_of_silence_nothing_is_told():
    assert read_lead(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None


def test_where_the_start_of_speech_is_uncertain_nothing_is_decided():
    faint = np.concatenate([said(0.6, 0.008), said(1.0), np.zeros(RATE, "f4")]) + noise(2.6, 1e-4)
    read = judge(CHECK, "a", AudioFeatures(Sound(faint, RATE)))
    assert isinstance(read, Undecided)
    assert "uncertain" in read.reason
