import numpy as np
import pytest

from voiceprep.audio.hearing import Hearing
from voiceprep.audio.sound import Sound

from ..signals import RATE, speech, tone


def test_speech_is_found_once_and_marks_its_frames():
    silence = np.zeros(RATE, np.float32)
    hearing = Hearing(Sound(np.concatenate((silence, speech(), silence)), RATE))
    assert hearing.speech is hearing.speech
    times = np.flatnonzero(hearing.spoken) * hearing.hop_seconds
    assert times.min() == pytest.approx(1, abs=0.1)
    assert times.max() < 4


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000])
def test_a_tone_stands_in_its_bin_at_every_rate(rate):
    hearing = Hearing(Sound(tone(hz=1000, rate=rate), rate))
    loudest = hearing.powers.sum(axis=1).argmax() * hearing.bin_hz
    assert loudest == pytest.approx(1000, abs=hearing.bin_hz)


def test_silence_speaks_nowhere():
    hearing = Hearing(Sound(np.zeros(RATE, np.float32), RATE))
    assert hearing.speech is None
    assert not hearing.spoken.any()
