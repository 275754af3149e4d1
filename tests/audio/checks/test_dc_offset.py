import pytest

from voiceprep.audio.checks.dc_offset import CHECK, read_offset
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, speech


def test_clean_speech_has_none():
    assert judge(CHECK, "a", AudioFeatures(Sound(speech(), RATE))).ok


@pytest.mark.parametrize("offset", [0.02, -0.02, 0.1])
def test_an_offset_is_read_at_its_size(offset):
    reading = read_offset(AudioFeatures(Sound(speech() + offset, RATE)))
    assert reading.value == pytest.approx(abs(offset), abs=0.001)
    assert f"{offset:+.2f}" in reading.evidence


def test_a_few_samples_are_enough():
    assert read_offset(AudioFeatures(Sound(speech()[:7] * 0 + 0.5, RATE))).value == pytest.approx(
        0.5
    )
