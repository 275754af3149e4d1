import numpy as np
import pytest

from voiceprep.audio.checks.lead_seconds import CHECK, read_lead
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, placed, said


@pytest.mark.parametrize("lead", [0.1, 0.6])
def test_the_room_before_the_speech_is_read(lead):
    features = AudioFeatures(Sound(placed([(lead, said())], lead + 1.4), RATE))
    reading = read_lead(features)
    assert reading.value == pytest.approx(lead, abs=0.02)
    assert reading.spans == ((0.0, reading.value),)
    assert judge(CHECK, "a", features).ok == (lead < 0.4)


def test_of_silence_nothing_is_told():
    assert read_lead(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None
