import numpy as np
import pytest

from voiceprep.audio.checks.snr_db import CHECK, read_snr
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, placed, said


def hear(room):
    return AudioFeatures(Sound(placed([(0.5, said(level=0.1))], 2.5, room=room), RATE))


@pytest.mark.parametrize("decibels", [20, 30, 40, 50])
def test_the_ratio_is_read_as_it_was_made(decibels):
    reading = read_snr(hear(0.1 * 10 ** (-decibels / 20)))
    assert reading.value == pytest.approx(decibels, abs=1)
    assert "dBFS" in reading.evidence


@pytest.mark.parametrize(("decibels", "ok"), [(40, True), (20, False)])
def test_noisy_speech_is_found(decibels, ok):
    assert judge(CHECK, "a", hear(0.1 * 10 ** (-decibels / 20))).ok is ok


def test_silence_has_none():
    assert read_snr(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None
