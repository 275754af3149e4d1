import numpy as np
import pytest

from voiceprep.audio.checks.peak_to_loudness import CHECK, read_ratio
from voiceprep.audio.faults import clipped_encoded
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, speech, tone

SPEECH = Sound(speech(), RATE)


@pytest.mark.parametrize("gain", [1.0, 0.1])
def test_speech_has_peaks_however_loud_it_is(gain):
    assert judge(CHECK, "a", AudioFeatures(Sound(np.float32(gain) * SPEECH.samples, RATE))).ok


@pytest.mark.parametrize("size", clipped_encoded.FAULT.sizes[1:])
def test_what_was_clipped_before_it_was_encoded_has_none(size):
    spoilt = clipped_encoded.inject(SPEECH, size, np.random.default_rng(0))
    finding = judge(CHECK, "a", AudioFeatures(spoilt))
    assert not finding.ok and "look for the original" in finding.advice


def test_a_tone_is_read_as_it_is():
    # A sine of 997 Hz at full scale has -3.01 LUFS, by the definition of the scale.
    reading = read_ratio(AudioFeatures(Sound(tone(2.0, 997.0, 0.5), RATE)))
    assert reading.value == pytest.approx(3.0, abs=0.1)


def test_of_silence_nothing_is_told():
    assert read_ratio(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None
