import pytest

from voiceprep.audio.checks.pitch_hz import CHECK, read_pitch
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, noise, tone


def test_the_median_pitch_is_told_and_never_a_fault():
    finding = judge(CHECK, "a", AudioFeatures(Sound(tone(hz=200), RATE)))
    assert finding.value == pytest.approx(200, rel=0.01)
    assert finding.ok


def test_noise_has_none():
    assert read_pitch(AudioFeatures(Sound(noise(0.3), RATE))) is None
