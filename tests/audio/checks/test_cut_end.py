import numpy as np
import pytest

from voiceprep.audio.checks import cut_end, cut_start
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import judge

from ...signals import RATE, placed, said

CLEAN = placed([(0.1, said(1.0)), (1.3, said(1.0))], 2.5)


@pytest.mark.parametrize("check", [cut_end.CHECK, cut_start.CHECK])
def test_a_word_with_room_around_it_is_whole(check):
    assert judge(check, "a", AudioFeatures(Sound(CLEAN, RATE))).ok


def test_a_sound_that_ends_in_a_vowel_is_cut_at_its_end_alone():
    features = AudioFeatures(Sound(CLEAN[: round(2.2 * RATE)], RATE))
    finding = judge(cut_end.CHECK, "a", features)
    assert not finding.ok
    assert finding.spans[0] == pytest.approx((2.19, 2.2), abs=0.001)
    assert judge(cut_start.CHECK, "a", features).ok


def test_how_loud_the_sound_is_changes_nothing():
    values = [
        cut_end.read_end(AudioFeatures(Sound(gain * CLEAN[: round(2.2 * RATE)], RATE))).value
        for gain in (np.float32(0.1), np.float32(1))
    ]
    assert values[0] == pytest.approx(values[1], abs=0.1)


def test_a_few_samples_and_silence_tell_nothing():
    assert cut_end.read_end(AudioFeatures(Sound(CLEAN[:10], RATE))) is None
    assert cut_end.read_end(AudioFeatures(Sound(np.zeros(RATE, np.float32), RATE))) is None
