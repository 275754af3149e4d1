import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from voiceprep.audio.checks.upsampled import CHECK
from voiceprep.audio.faults import band_limit, mp3
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, speech

SPEECH = Sound(speech(), RATE)


def is_well(sound):
    return judge(CHECK, "a", AudioFeatures(sound)).ok


@pytest.mark.parametrize("fault", [band_limit.FAULT, mp3.FAULT])
def test_a_source_of_less_is_found(fault):
    for size in fault.sizes:
        assert not is_well(fault.inject(SPEECH, size, np.random.default_rng(0)))


@pytest.mark.parametrize("order", [1, 2, 4])
def test_a_dull_microphone_is_none(order):
    dull = sosfilt(butter(order, 4000, fs=RATE, output="sos"), SPEECH.samples)
    assert is_well(SPEECH)
    assert is_well(Sound(dull.astype(np.float32), RATE))


def test_an_mp3_of_many_bits_is_well():
    assert is_well(mp3.inject(SPEECH, 160, np.random.default_rng(0)))
