import numpy as np
import pytest

from voiceprep.audio.checks.hum_db import CHECK, read_hum
from voiceprep.audio.faults.hum import inject
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, noise, placed, said, speech, tone


def room(seed=0):
    words = [(0.4, said(pitch_hz=110.0)), (2.2, said(pitch_hz=130.0))]
    return Sound(placed(words, 4.0, room=1e-3, seed=seed), RATE)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("decibels", [20, 30])
def test_hum_under_the_speech_is_found(seed, decibels):
    spoilt = inject(room(seed), decibels, np.random.default_rng(seed))
    assert not judge(CHECK, "a", AudioFeatures(spoilt)).ok


def test_it_names_the_mains():
    time = np.arange(4 * RATE) / RATE
    for mains in (50, 60):
        hum = sum(np.sin(2 * np.pi * mains * number * time) for number in range(1, 8))
        sound = (noise(4, 0.01) + 0.003 * hum).astype(np.float32)
        assert f"{mains} Hz" in read_hum(AudioFeatures(Sound(sound, RATE))).evidence


@pytest.mark.parametrize("pitch_hz", [60, 75, 85, 100, 120])
def test_a_low_voice_is_no_hum(pitch_hz):
    words = [(0.4, said(pitch_hz=float(pitch_hz))), (2.2, said(pitch_hz=1.05 * pitch_hz))]
    features = AudioFeatures(Sound(placed(words, 4.0, room=3e-4), RATE))
    assert judge(CHECK, "a", features).ok


@pytest.mark.parametrize("samples", [speech(4), noise(4), noise(4) + tone(4, hz=150)])
def test_speech_noise_and_a_lone_tone_are_no_hum(samples):
    assert judge(CHECK, "a", AudioFeatures(Sound(samples, RATE))).ok


def test_a_moment_is_too_short_to_tell():
    assert read_hum(AudioFeatures(Sound(tone(0.5, hz=50), RATE))) is None
