import numpy as np
import pytest

from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound

from ..signals import RATE, speech, tone


def test_speech_is_found_once_and_marks_its_frames():
    silence = np.zeros(RATE, np.float32)
    features = AudioFeatures(Sound(np.concatenate((silence, speech(), silence)), RATE))
    assert features.speech is features.speech
    times = np.flatnonzero(features.spoken) * features.hop_seconds
    assert times.min() == pytest.approx(1, abs=0.1)
    assert times.max() < 4


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000])
def test_a_tone_stands_in_its_bin_at_every_rate(rate):
    features = AudioFeatures(Sound(tone(hz=1000, rate=rate), rate))
    loudest = features.powers.sum(axis=1).argmax() * features.bin_hz
    assert loudest == pytest.approx(1000, abs=features.bin_hz)


def test_silence_speaks_nowhere():
    features = AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))
    assert features.speech is None
    assert not features.spoken.any()
