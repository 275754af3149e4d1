import numpy as np
import pytest

from voiceprep.audio.checks.true_peak_dbtp import CHECK, read_peak
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, speech


def between(level):
    """A tone of a quarter of the rate whose tops all lie between its samples."""
    turns = np.arange(RATE) / 4 + 1 / 8
    swelling = np.hanning(RATE) * np.sin(2 * np.pi * turns)
    return AudioFeatures(Sound((level * swelling).astype(np.float32), RATE))


def test_tops_between_the_samples_count():
    assert read_peak(between(0.9)).value == pytest.approx(20 * np.log10(0.9), abs=0.1)


@pytest.mark.parametrize(("level", "ok"), [(0.95, True), (1.3, False)])
def test_over_full_scale_is_too_high(level, ok):
    features = between(level)
    assert np.abs(features.sound.samples).max() < 1
    assert judge(CHECK, "a", features).ok is ok


def test_what_reading_turned_down_to_full_scale_is_not_judged():
    sound = between(1.3).sound
    assert judge(CHECK, "a", AudioFeatures(sound, turned_down=True)) is None


def test_a_clip_that_reaches_full_scale_is_well():
    assert judge(CHECK, "a", between(1.0)).ok


def test_clean_speech_stays_below():
    assert judge(CHECK, "a", AudioFeatures(Sound(speech(), RATE))).ok


def test_silence_has_no_peak():
    assert judge(CHECK, "a", AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None
