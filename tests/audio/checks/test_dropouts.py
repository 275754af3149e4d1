import numpy as np
import pytest

from voiceprep.audio.checks.dropouts import CHECK, read_dropouts
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, placed, said

CLEAN = placed([(0.1, said(1.0)), (1.3, said(1.0))], 2.5)


def holed(start, seconds, value):
    samples = CLEAN.copy()
    samples[round(start * RATE) : round((start + seconds) * RATE)] = value
    return AudioFeatures(Sound(samples, RATE))


@pytest.mark.parametrize("value", [0.0, 0.03])
@pytest.mark.parametrize("seconds", [0.005, 0.04])
def test_a_hole_in_a_vowel_is_read_at_its_length_and_place(value, seconds):
    finding = judge(CHECK, "a", holed(0.6, seconds, value))
    assert not finding.ok
    assert finding.value == pytest.approx(seconds, abs=0.0005)
    assert finding.spans[0] == pytest.approx((0.6, 0.6 + seconds), abs=0.0005)


def test_zeros_in_a_pause_are_no_hole():
    assert read_dropouts(holed(1.15, 0.1, 0.0)).value == 0


def test_a_flattened_top_is_no_hole():
    samples = np.clip(4 * CLEAN, -0.2, 0.2)
    assert judge(CHECK, "a", AudioFeatures(Sound(samples, RATE))).ok


def test_clean_speech_has_none_and_of_silence_nothing_is_told():
    assert read_dropouts(AudioFeatures(Sound(CLEAN, RATE))).value == 0
    assert read_dropouts(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None


def test_a_sound_so_soft_that_its_room_stands_still_tells_nothing():
    assert read_dropouts(AudioFeatures(Sound(0.01 * CLEAN, RATE))) is None
