import numpy as np
import pytest

from voiceprep.audio.checks import cut_end
from voiceprep.audio.checks.cut_start import CHECK, read_start
from voiceprep.audio.features import AudioFeatures
from voiceprep.audio.sound import Sound
from voiceprep.quality.check import Undecided, judge

from ...signals import RATE, hiss, noise, placed, said, tone

CLEAN = placed([(0.1, said(1.0)), (1.3, said(1.0))], 2.5)
# Where a pulse of the voice is loudest.
AT_PULSE = round(0.3 * RATE) + int(np.argmax(np.abs(CLEAN[round(0.3 * RATE) :][:200])))


def test_a_sound_that_begins_in_a_vowel_is_cut_at_its_start_alone():
    features = AudioFeatures(Sound(CLEAN[AT_PULSE:], RATE))
    finding = judge(CHECK, "a", features)
    assert not finding.ok
    assert finding.spans == ((0.0, 0.01),)
    assert "begins" in finding.advice
    assert judge(cut_end.CHECK, "a", features).ok


def test_a_few_samples_tell_nothing():
    assert read_start(AudioFeatures(Sound(CLEAN[:10], RATE))) is None


@pytest.mark.parametrize("seconds", [0.003, 0.005])
def test_a_word_that_begins_soon_after_the_first_sample_is_whole(seconds):
    samples = placed([(seconds, CLEAN[AT_PULSE:])], 2.2)
    assert judge(CHECK, "a", AudioFeatures(Sound(samples, RATE))).ok


def test_a_cut_is_found_behind_digital_silence():
    samples = np.pad(CLEAN[AT_PULSE:], (round(0.2 * RATE), 0))
    finding = judge(CHECK, "a", AudioFeatures(Sound(samples, RATE)))
    assert not finding.ok
    assert finding.spans[0] == pytest.approx((0.2, 0.21), abs=0.001)


def test_an_offset_or_a_rumble_at_the_start_is_no_voice():
    time = np.arange(len(CLEAN)) / RATE
    for low in (0.2 * np.exp(-time / 0.05), 0.05 * np.cos(2 * np.pi * 30 * time)):
        samples = (CLEAN + low).astype(np.float32)
        assert judge(CHECK, "a", AudioFeatures(Sound(samples, RATE))).ok


def test_of_a_tone_nothing_is_told():
    samples = np.concatenate((tone(0.3, level=0.2), CLEAN))
    assert isinstance(read_start(AudioFeatures(Sound(samples, RATE))), Undecided)


def test_noise_as_loud_as_the_voice_tells_nothing():
    samples = CLEAN + noise(2.5, 0.05)
    assert isinstance(read_start(AudioFeatures(Sound(samples, RATE))), Undecided)


def test_a_soft_sound_at_the_edge_may_be_cut_off():
    soft = hiss(0.1, 0.01)
    samples = np.concatenate((soft, CLEAN[round(0.1 * RATE) :]))
    assert isinstance(read_start(AudioFeatures(Sound(samples, RATE))), Undecided)
