import numpy as np
import pytest

from tests.signals import RATE, asymmetric, placed, said, speech
from voiceprep.audio.dither import settle
from voiceprep.audio.offset import ROUNDING, measure_offset, take_offset
from voiceprep.audio.sound import Sound


@pytest.mark.parametrize("offset", [0.02, -0.1])
def test_an_offset_is_measured_and_taken_out(offset):
    clean = speech()
    treated = take_offset(Sound(clean + np.float32(offset), RATE))
    assert treated.facts["offset"] == pytest.approx(offset, abs=0.001)
    assert abs(measure_offset(treated.sound)) < ROUNDING
    assert np.ptp(treated.sound.samples - clean) < 1e-6


def test_twice_is_once_and_silence_stays():
    once = settle(take_offset(Sound(speech() + np.float32(0.05), RATE)).sound, 16)
    assert take_offset(once).sound is once
    silence = Sound(np.zeros(RATE, np.float32), RATE)
    assert take_offset(silence).sound is silence


def test_a_few_samples_are_enough():
    assert measure_offset(Sound(np.full(7, 0.5, np.float32), RATE)) == pytest.approx(0.5)


def test_an_asymmetric_voice_has_none_in_its_pauses():
    sound = Sound(asymmetric(room=1e-4), RATE)
    assert abs(np.mean(sound.samples)) > 0.003
    assert abs(measure_offset(sound)) < ROUNDING
    assert take_offset(sound).sound is sound


def test_digital_silence_stays_zero():
    clip = placed([(0.5, said())], 2.0, room=1e-3) + np.float32(0.03)
    clip[-RATE:] = 0
    moved = take_offset(Sound(clip, RATE)).sound.samples
    assert not np.any(moved[-RATE:])
    assert abs(np.median(moved[: RATE // 2])) < 1e-4
