import numpy as np
import pytest

from voiceprep.audio.checks.pitch_range import read_range
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound

from ...signals import RATE, noise, tone


def test_the_range_is_told_in_semitones():
    samples = np.concatenate((tone(1.0, 150), tone(1.0, 225)))
    reading = read_range(AudioFeatures(Sound(samples, RATE)))
    assert reading.value == pytest.approx(12 * np.log2(1.5), abs=0.2)


def test_a_monotone_has_none_and_noise_tells_nothing():
    assert read_range(AudioFeatures(Sound(tone(1.0, 150), RATE))).value == pytest.approx(0, abs=0.1)
    assert read_range(AudioFeatures(Sound(noise(0.3), RATE))) is None
