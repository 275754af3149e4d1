import numpy as np
import pytest

from voiceprep.audio.checks.loudness_lufs import CHECK, read_loudness
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, speech, tone


def test_full_scale_at_997_hz_reads_as_the_standard_says():
    reading = read_loudness(AudioFeatures(Sound(tone(seconds=3, hz=997, level=1.0), RATE)))
    assert reading.value == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize(("gain", "ok"), [(1, True), (0.02, False)])
def test_speech_is_well_until_it_is_far_too_soft(gain, ok):
    assert judge(CHECK, "a", AudioFeatures(Sound(speech() * np.float32(gain), RATE))).ok is ok


def test_silence_has_no_loudness():
    assert judge(CHECK, "a", AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None
